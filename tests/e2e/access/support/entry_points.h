// One caller at every interface of a server, and each interface's answer: "R" (allowed, with the
// requested data), "." (refused properly: unauthorized without a token, otherwise forbidden), or a
// description of what was wrong.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {

class EntryPoints {
 public:
  // `credential` is empty for an anonymous caller.
  EntryPoints(std::uint16_t port, const std::string& credential);

  // The credential itself is refused, at the upgrade and with every request.
  bool shut() const { return !session_; }

  // Subscribes and stays; the subscription's number is `sub`.
  std::string live(int sub, const std::string& channel);
  // Reads until each of these subscriptions has received an event; returns the ids that each
  // received.
  std::map<int, std::set<std::string>> hear(const std::set<int>& subs);

  // Reads after `after`; a caller with the right gets at least one event.
  std::string resume(const std::string& channel, const std::string& after);
  std::string page(const std::string& channel, const std::string& after);
  std::string sse(const std::string& channel, const std::string& after);

  // The event at the position.
  std::string event(const std::string& position);

  // Publishes over WebSocket and by POST, with different ids; both must answer the same.
  std::string publish(Draft draft);

 private:
  std::string refused(const Json& message);
  std::string refused(const HttpResponse& answer);

  const std::uint16_t port_;
  const Headers headers_;
  const std::string code_;  // expected code of a refusal
  const int status_;
  HttpClient http_;
  std::optional<Session> session_;
  int request_ = 1000;
};

}  // namespace courtside::e2e
