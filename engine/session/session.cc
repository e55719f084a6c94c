#include "engine/session/session.h"

#include <string>
#include <utility>
#include <variant>

#include "base/caller_error.h"
#include "base/time.h"

namespace courtside {
namespace {

std::optional<std::uint32_t> request_of(const protocol::ClientMessage& message) {
  return std::visit(
      [](const auto& one) -> std::optional<std::uint32_t> {
        if constexpr (requires { one.id; }) {
          return one.id;
        } else {
          return std::nullopt;
        }
      },
      message);
}

}  // namespace

Session::Session(SessionHost& host, const protocol::Codec& codec, const Wire& wire,
                 const SessionLimits& limits, std::uint64_t now_ms,
                 std::optional<Identity> identity)
    : host_(host),
      codec_(codec),
      wire_(wire),
      limits_(limits),
      began_ms_(now_ms),
      now_ms_(now_ms),
      liveness_(Liveness::Expects::kPongs, now_ms),
      gate_(host),
      identity_(host, *this, gate_, limits, std::move(identity)),
      subscriptions_(host, *this, identity_, wire, limits),
      publishing_(host, *this, gate_, limits) {}

// ---------------------------------------------------------------------------------------------
// Messages.

void Session::on_message(bool is_text, std::string_view payload) {
  if (closing_) return;
  if (is_text != codec_.is_text()) {
    close(Code::bad_frame, is_text ? "this subprotocol is binary" : "this subprotocol is text");
    return;
  }
  identity_.is_pending() ? hold(payload) : take(payload);
  if (!closing_ && host_.owner().congested()) gate_.stop(ReadingGate::Reason::kReplies);
}

void Session::on_drained() {
  if (closing_) return;
  gate_.clear(ReadingGate::Reason::kReplies);
  subscriptions_.on_drained();
}

// Messages are held until the client is authenticated. A ping of a welcomed client is answered at
// once: a client whose new token takes a slow database must not take the server for dead.
void Session::hold(std::string_view payload) {
  if (identity_.is_welcomed()) {
    const auto decoded = codec_.decode(payload, now());
    if (decoded && std::holds_alternative<protocol::Ping>(*decoded)) return send(protocol::Pong{});
  }
  identity_.hold(payload);
}

void Session::take(std::string_view payload) {
  auto decoded = codec_.decode(payload, now());
  if (!decoded) {
    protocol::Rejected& rejected = decoded.error();
    if (rejected.closes) {
      close(rejected.error.code, rejected.error.message);
    } else {
      refuse(rejected.id, std::move(rejected.error));
    }
    return;
  }
  if (!identity_.is_welcomed() && !std::holds_alternative<protocol::Hello>(*decoded)) {
    refuse(request_of(*decoded), {Code::bad_request, "the first message must be `hello`"});
    return;
  }
  std::visit([this](auto& message) { handle(message); }, *decoded);
}

void Session::handle(protocol::Hello& message) {
  if (identity_.is_welcomed()) {
    refuse(std::nullopt, {Code::bad_request, "`hello` was said already"});
    return;
  }
  apply(identity_.on_hello(message));
}

void Session::handle(protocol::Publish& message) {
  publishing_.add(message.id, std::move(message.event), identity_.get());
}

// ---------------------------------------------------------------------------------------------
// Answers.

void Session::on_identity(std::uint64_t attempt, Result<Identity> identity) {
  if (!closing_) apply(identity_.on_identity(attempt, std::move(identity)));
}

// A question about the identity has its answer.
void Session::apply(SessionIdentity::Outcome outcome) {
  using Outcome = SessionIdentity::Outcome;
  if (outcome == Outcome::kPending) return;
  if (outcome == Outcome::kWelcomed) next_heartbeat_ms_ = now_ms_ + limits_.heartbeat_ms;
  // The new token may carry other rights; what is being asked has to be asked again.
  if (outcome == Outcome::kRefreshed) {
    subscriptions_.check_all(SessionSubscriptions::Pause::kNo);
  }
  for (const std::string& payload : identity_.take_held()) {
    // One of them may ask for the identity again, and the rest is held again.
    on_message(codec_.is_text(), payload);
  }
}

void Session::on_publish_checked(std::uint64_t attempt, const Result<PublishGrant>& grant) {
  if (!closing_) publishing_.on_checked(attempt, grant, identity_.get());
}

void Session::on_rights_change(const RightsChange& change, bool revokes) {
  if (closing_) return;
  if (change.fact.kind != FactKind::kAccount) {
    if (identity_.is_known()) subscriptions_.check_concerned(change);
    return;
  }
  // The account that is being asked about may be the one that the change is about.
  if (identity_.is_pending()) apply(identity_.ask_again());
  if (closing_ || !identity_.is_known() || !concerns(change, identity_.get(), {})) return;
  if (revokes) return end_session({Code::unauthorized, "the token was revoked"});
  subscriptions_.check_all(SessionSubscriptions::Pause::kUntilKnown);
}

// ---------------------------------------------------------------------------------------------
// Time, and the end.

void Session::on_tick(std::uint64_t now_ms, const Traffic& traffic) {
  if (closing_) return;
  now_ms_ = now_ms;
  if (!identity_.is_welcomed()) {
    const bool is_late = now_ms - began_ms_ >= limits_.hello_timeout_ms;
    if (is_late && !identity_.is_pending()) close(Code::timeout, "no `hello` came");
    return;
  }
  Traffic seen = traffic;
  // Nothing is received meanwhile, and only what the client reads is a sign of life.
  if (gate_.is_stopped(ReadingGate::Reason::kReplies)) seen.received_ms = 0;
  if (liveness_.is_dead(now_ms, seen, 2 * std::uint64_t{limits_.heartbeat_ms})) {
    return close(Code::timeout, "no sign of life for two heartbeats");
  }
  identity_.check_expiry();
  if (closing_) return;
  if (const Result<void> good = identity_.recheck(); !good) return end_session(good.error());
  subscriptions_.check_due();
  if (!closing_ && now_ms >= next_heartbeat_ms_) send_heartbeat();
}

// A client hears something at every heartbeat, or its connection is dead.
void Session::send_heartbeat() {
  next_heartbeat_ms_ = now_ms_ + limits_.heartbeat_ms;
  if (subscriptions_.any_live()) {
    send(protocol::Progress{host_.hub().head()});
  } else {
    send(protocol::Ping{});
  }
  host_.send_ping();
}

// The credential does not count any more: the client hears it of each subscription.
void Session::end_session(const Error& why) {
  subscriptions_.end_all(why);
  close(why.code, why.message);
}

void Session::drain(std::uint32_t retryafter_ms, std::uint16_t close_code) {
  if (closing_) return;
  send(protocol::Draining{retryafter_ms});
  close_with(close_code, "the server is going down");
}

void Session::send(const protocol::ServerMessage& message) {
  std::string frame;
  wire_.append_message(frame, message);
  host_.send_frame(std::move(frame));
}

void Session::refuse(std::optional<std::uint32_t> request, Error error) {
  send(protocol::ErrorReply{request, error_for_caller(error)});
}

void Session::close(Code code, std::string_view reason) {
  close_with(static_cast<std::uint16_t>(info(code).close_code), reason);
}

void Session::close_with(std::uint16_t close_code, std::string_view reason) {
  closing_ = true;
  subscriptions_.clear();
  host_.close(close_code, reason);
}

}  // namespace courtside
