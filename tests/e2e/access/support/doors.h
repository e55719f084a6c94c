// One caller at every door of a server, and what each door says: "R" (it may, and got what it asked
// for), "." (refused as the protocol has it: unauthorized without a token, else forbidden, and
// nothing more), or else in words what was wrong.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/session.h"

namespace courtside::e2e {

class Doors {
 public:
  // `credential` is empty for a caller without.
  Doors(std::uint16_t port, const std::string& credential);

  // The credential itself is refused, on the upgrade and with every request.
  bool shut() const { return !session_; }

  // Subscribes and stays; the subscription is `sub`.
  std::string live(int sub, const std::string& channel);
  // Reads until each of these subscriptions has had an event, and answers the ids that each had.
  std::map<int, std::set<std::string>> hear(const std::set<int>& subs);

  // From `after` on; the caller's right is to at least one event.
  std::string resume(const std::string& channel, const std::string& after);
  std::string page(const std::string& channel, const std::string& after);
  std::string sse(const std::string& channel, const std::string& after);

  // The one event there.
  std::string event(const std::string& position);

  // By WebSocket and by POST, under ids of their own; both must say the same.
  std::string publish(Draft draft);

 private:
  std::string refused(const Json& message);
  std::string refused(const HttpResponse& answer);

  const std::uint16_t port_;
  const Headers headers_;
  const std::string code_;  // what a refusal must say
  const int status_;
  HttpClient http_;
  std::optional<Session> session_;
  int request_ = 1000;
};

}  // namespace courtside::e2e
