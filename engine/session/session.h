// One WebSocket client's side of the protocol: takes its messages, and gives each to the part that
// answers it.
//
//                       Session (messages, heartbeat, the end)
//          ┌─────────────────────┼──────────────────────────┐
//   SessionIdentity      SessionSubscriptions        SessionPublishing
//   hello, refresh       subscribe, unsubscribe      publish
//          └───── ReadingGate: whether the socket is read ──┘
//
// It does no I/O: feed it messages, verdicts and the passing of time; it speaks through SessionHost
// and adds its subscribers to the hub. Events do not pass through it: the hub sends them.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/access/access.h"
#include "engine/session/liveness.h"
#include "engine/session/reading_gate.h"
#include "engine/session/session_context.h"
#include "engine/session/session_host.h"
#include "engine/session/session_identity.h"
#include "engine/session/session_publishing.h"
#include "engine/session/session_subscriptions.h"
#include "schema/command.h"
#include "schema/protocol.h"

namespace courtside {

class Session final : private SessionContext {
 public:
  // `wire` and `codec` belong together. Both, the limits and the host outlive it. `now_ms` is the
  // loop's clock. `identity` is who the upgrade's credential named; empty where it carried none.
  Session(SessionHost& host, const protocol::Codec& codec, const Wire& wire,
          const SessionLimits& limits, std::uint64_t now_ms, std::optional<Identity> identity = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void on_message(bool is_text, std::string_view payload);

  // Answers of the host. After the session has closed they do nothing.
  void on_identity(std::uint64_t attempt, Result<Identity> identity);
  void on_read_checked(std::uint32_t sub, std::uint64_t attempt, const Result<ReadGrant>& grant) {
    subscriptions_.on_read_checked(sub, attempt, grant);
  }
  void on_read_traced(std::uint32_t sub, std::uint64_t attempt) {
    subscriptions_.on_read_traced(sub, attempt);
  }
  void on_read_not_traced(std::uint32_t sub, std::uint64_t attempt, const Error& error) {
    if (!closing_) subscriptions_.on_read_not_traced(sub, attempt, error);
  }
  void on_start(std::uint32_t sub, std::uint64_t attempt, const Result<Start>& start) {
    subscriptions_.on_start(sub, attempt, start);
  }
  void on_states(std::uint32_t sub, std::uint64_t attempt, const Start& start,
                 const Result<std::vector<protocol::State>>& states) {
    subscriptions_.on_states(sub, attempt, start, states);
  }
  // Whether the states are of any use still.
  bool awaits_states(std::uint32_t sub, std::uint64_t attempt) const {
    return subscriptions_.awaits_states(sub, attempt);
  }
  void on_publish_checked(std::uint64_t attempt, const Result<PublishGrant>& grant);
  void on_verdict(const Verdict& verdict) { publishing_.on_verdict(verdict); }

  // The client takes again.
  void on_drained();

  // An event that changes rights has just been handed out; nothing behind it was. `revokes`: see
  // Access::revokes.
  void on_rights_change(const RightsChange& change, bool revokes);

  // Time passed.
  void on_tick(std::uint64_t now_ms, const Traffic& traffic);

  // The server goes down: says so and closes with `close_code`.
  void drain(std::uint32_t retryafter_ms, std::uint16_t close_code);

  // REQUIRES: the client is known.
  const Identity& identity() const { return identity_.get(); }
  // The client's account or service; empty while it is not known, and of an anonymous one.
  std::string actor() const { return identity_.is_known() ? identity_.get().actor : std::string(); }
  std::size_t subscription_count() const { return subscriptions_.count(); }

  // Something of ours broke: closes with 1011.
  void break_off(std::string_view reason) { close(Code::internal, reason); }
  // Ends one subscription with an error.
  void end_subscriber(SubscriberId id, const Error& error) {
    if (!closing_) subscriptions_.end_subscriber(id, error);
  }
  // Publishes without a verdict are answered with this error.
  void on_log_failure(const Error& error) {
    if (!closing_) publishing_.on_log_failure(error);
  }

 private:
  void take(std::string_view payload);
  void handle(protocol::Hello& message);
  void handle(protocol::Subscribe& message) { subscriptions_.subscribe(message); }
  void handle(protocol::Unsubscribe& message) { subscriptions_.unsubscribe(message); }
  void handle(protocol::Publish& message);
  void handle(protocol::Refresh& message) { apply(identity_.on_refresh(message)); }
  void handle(protocol::Ping& /*message*/) { send(protocol::Pong{}); }
  void handle(protocol::Pong& /*message*/) {}  // having been heard is all it is for

  void hold(std::string_view payload);
  void apply(SessionIdentity::Outcome outcome);
  void end_session(const Error& why);
  void send_heartbeat();

  // SessionContext
  void send(const protocol::ServerMessage& message) override;
  void refuse(std::optional<std::uint32_t> request, Error error) override;
  void close(Code code, std::string_view reason) override;
  std::uint64_t next_attempt() override { return ++last_attempt_; }
  std::uint64_t now_ms() const override { return now_ms_; }

  void close_with(std::uint16_t close_code, std::string_view reason);

  SessionHost& host_;
  const protocol::Codec& codec_;
  const Wire& wire_;
  const SessionLimits& limits_;

  bool closing_ = false;
  std::uint64_t began_ms_;
  std::uint64_t now_ms_;  // at the last tick
  std::uint64_t next_heartbeat_ms_ = 0;
  std::uint64_t last_attempt_ = 0;
  Liveness liveness_;

  ReadingGate gate_;
  SessionIdentity identity_;
  SessionSubscriptions subscriptions_;
  SessionPublishing publishing_;
};

}  // namespace courtside
