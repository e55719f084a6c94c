// A client of courtside.v1.json in the terms of PROTOCOL.md: one call per message sent, one message
// per read.
//
// The tests evaluate messages. This class only requires that each is a JSON object with a type,
// answers the server's `ping`, and skips `progress`, which may come at any time, unless
// show_progress() was called. It parses event messages into Delivered.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/test_json.h"
#include "tests/e2e/support/wait.h"
#include "tests/e2e/support/ws_client.h"

namespace courtside::e2e {

// `epoch:offset`, parsed: tests may look into positions, which are opaque to clients.
struct Place {
  std::string epoch;
  std::uint64_t offset = 0;

  static Place parse(std::string_view text);
  std::string text() const { return epoch + ":" + std::to_string(offset); }
};

struct Delivered {
  std::int64_t sub = 0;
  Place place;
  Json event;  // the CloudEvent; event.raw() is its text
};

// The contents of a subscribe message.
struct Subscription {
  int sub = 1;
  std::vector<std::string> channels = {"*"};
  std::string from = {};  // a JSON value; empty: no `from`
  std::vector<std::string> types = {};
  int id = 1;
  std::string more = {};  // further members, each preceded by a comma
};
std::string subscribe_message(const Subscription& subscription);
std::string after(std::string_view position);  // the `from` that resumes after this position

// How a connection ended: the close code, or 0 for an end without a close frame.
struct Ended {
  std::uint16_t code = 0;
  std::string reason;
};

class Session {
 public:
  // Connects and sends hello; `welcome()` is the answer.
  explicit Session(std::uint16_t port, WsClient::Options options = {});

  // Connects without sending hello.
  static Session silent(std::uint16_t port, WsClient::Options options = {});

  const Json& welcome() const { return *welcome_; }
  std::string head() const { return (*welcome_)["head"].text(); }
  std::string epoch() const { return (*welcome_)["epoch"].text(); }

  // From now on next() also returns `progress` messages.
  void show_progress() { shows_progress_ = true; }

  void say(std::string_view message) { ws_.send_text(message); }
  void hello();

  // The next message. Throws Disconnected, with the close code in its text, at the end.
  Json next(Deadline deadline = Deadline());

  // The next message if one comes in time; the connection must stay open.
  std::optional<Json> try_next(Deadline deadline);

  // The next message, which must have this type; await() skips other types.
  Json expect(std::string_view type, Deadline deadline = Deadline());
  Json await(std::string_view type, Deadline deadline = Deadline());
  Json expect_error(std::string_view code, Deadline deadline = Deadline());
  Delivered expect_event(Deadline deadline = Deadline());

  // Subscribes, expects `subscribed` and returns it.
  Json subscribe(const Subscription& subscription);

  // Publishes one event and returns the answer, `ok` or `error`; skips other messages before it.
  Json publish(std::string_view event, std::optional<std::uint64_t> expected_version = {});

  // Reads to the end of the connection and returns how it ended.
  Ended read_to_end(Deadline deadline = Deadline());

  WsClient& ws() { return ws_; }

 private:
  Session(WsClient ws, int) : ws_(std::move(ws)) {}
  std::optional<Json> read(Deadline deadline);

  WsClient ws_;
  std::optional<Json> welcome_;
  int next_id_ = 1'000'000;
  bool shows_progress_ = false;
};

Delivered delivered(const Json& message);
// The events of an `events` message: there is at least one.
std::vector<Delivered> delivered_batch(const Json& message);

}  // namespace courtside::e2e
