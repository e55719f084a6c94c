#include "engine/session/session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/caller_error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "engine/routing/publisher.h"

namespace courtside {
namespace {

constexpr std::size_t kSessionIdLength = 16;
// `expiring` is said so long before the token's end.
constexpr std::uint64_t kExpiringMs = 60'000;
// What a message that waits takes besides its bytes.
constexpr std::size_t kHeldOverheadBytes = 64;

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
      identity_(std::move(identity)),
      publishing_(host, *this, limits) {}

Session::~Session() {
  for (const auto& [number, sub] : subs_) host_.hub().remove(sub.subscriber);
}

// ---------------------------------------------------------------------------------------------
// Messages.

void Session::on_message(bool is_text, std::string_view payload) {
  if (closing_) return;
  if (is_text != codec_.is_text()) {
    close(Code::bad_frame, is_text ? "this subprotocol is binary" : "this subprotocol is text");
    return;
  }
  if (identifying_) return hold(payload);
  take(payload);
}

// Its turn comes when it is known who speaks. That we are here can be said at once: a session whose
// fresh token takes a slow database is not to take us for dead.
void Session::hold(std::string_view payload) {
  if (welcomed_) {
    const auto decoded = codec_.decode(payload, now());
    if (decoded && std::holds_alternative<protocol::Ping>(*decoded)) return send(protocol::Pong{});
  }
  identifying_->held.emplace_back(payload);
  identifying_->held_bytes += payload.size() + kHeldOverheadBytes;
  if (identifying_->held_bytes >= limits_.message_bytes_max) host_.pause_reading();
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
  if (!welcomed_ && !std::holds_alternative<protocol::Hello>(*decoded)) {
    refuse(request_of(*decoded), {Code::bad_request, "the first message must be `hello`"});
    return;
  }
  std::visit([this](auto& message) { handle(message); }, *decoded);
}

void Session::handle(protocol::Ping& /*message*/) { send(protocol::Pong{}); }

void Session::handle(protocol::Pong& /*message*/) {}  // having been heard is all it is for

// ---------------------------------------------------------------------------------------------
// Who.

void Session::handle(protocol::Hello& message) {
  if (welcomed_) {
    refuse(std::nullopt, {Code::bad_request, "`hello` was said already"});
    return;
  }
  // A token in `hello` is newer than that of the upgrade.
  if (identity_ && !message.has_token) return welcome(std::move(*identity_));
  std::optional<std::string> token;
  if (message.has_token) token = std::move(message.token);
  identify(std::move(token), 0);
}

void Session::handle(protocol::Refresh& message) { identify(std::move(message.token), message.id); }

// Until it is known who speaks, nothing else that is said is done.
void Session::identify(std::optional<std::string> credential, std::uint32_t refresh) {
  identifying_ =
      std::make_unique<Identifying>(Identifying{++last_attempt_, std::move(credential), refresh});
  if (!welcomed_) host_.pause_reading();
  std::optional<Result<Identity>> known =
      host_.identify(identifying_->credential, identifying_->attempt);
  if (known) on_identity(identifying_->attempt, std::move(*known));
}

void Session::on_identity(std::uint64_t attempt, Result<Identity> identity) {
  if (closing_ || !identifying_ || identifying_->attempt != attempt) return;
  const std::unique_ptr<Identifying> done = std::move(identifying_);
  if (!paused_) host_.resume_reading();
  if (done->refresh == 0) {
    if (!identity) {
      const Error error = error_for_caller(identity.error());
      return close(error.code, error.message);
    }
    welcome(std::move(*identity));
  } else if (identity) {
    refreshed(done->refresh, std::move(*identity));
  } else {
    refuse(done->refresh, identity.error());
  }
  for (const std::string& payload : done->held) {
    // One of them may ask who speaks again.
    on_message(codec_.is_text(), payload);
  }
}

void Session::welcome(Identity identity) {
  welcomed_ = true;
  next_heartbeat_ms_ = now_ms_ + limits_.heartbeat_ms;
  next_recheck_ms_ = now_ms_ + limits_.recheck_ms;
  set_identity(std::move(identity));
  protocol::Welcome welcome{.session = "s_" + random_word(kSessionIdLength),
                            .actor = identity_->actor,
                            .epoch = host_.hub().epoch(),
                            .head = host_.hub().head(),
                            .heartbeat_ms = limits_.heartbeat_ms,
                            .maxmessage = static_cast<std::uint32_t>(limits_.message_bytes_max),
                            .expiresin_s = {}};
  if (identity_->expires_s) {
    welcome.expiresin_s = static_cast<std::uint32_t>(
        std::max<std::int64_t>(0, *identity_->expires_s - now().value() / kMicrosPerSecond));
  }
  send(welcome);
}

void Session::refreshed(std::uint32_t request, Identity identity) {
  if (identity.kind != identity_->kind || identity.actor != identity_->actor) {
    return close(Code::forbidden, "the token is another account's");
  }
  set_identity(std::move(identity));
  send(protocol::Ok{.id = request, .position = {}});
  // It may carry other rights than the last one; what it is being asked for has to be asked anew.
  check_each(Pause::kNo, [](const Sub& /*sub*/) { return true; });
}

void Session::set_identity(Identity identity) {
  if (identity.kind == Identity::Kind::kAnonymous) identity.actor = "anonymous";
  expires_ms_ = 0;
  told_expiring_ = false;
  if (identity.expires_s) {
    // One that comes within its leeway has what is left of that.
    const std::int64_t left_ms = *identity.expires_s * 1000 - now().value() / 1000;
    const std::int64_t leeway_ms = static_cast<std::int64_t>(limits_.leeway_s) * 1000;
    expires_ms_ = now_ms_ + static_cast<std::uint64_t>(std::max<std::int64_t>(left_ms, 1));
    ends_ms_ = now_ms_ + static_cast<std::uint64_t>(std::max<std::int64_t>(left_ms + leeway_ms, 1));
  }
  identity_ = std::move(identity);
}

void Session::check_expiry(std::uint64_t now_ms) {
  if (expires_ms_ == 0) return;
  if (now_ms >= ends_ms_) {
    return close(Code::token_expired, "the token has expired");
  }
  if (told_expiring_ || now_ms + kExpiringMs < expires_ms_) return;
  told_expiring_ = true;
  const std::uint64_t left_ms = expires_ms_ > now_ms ? expires_ms_ - now_ms : 0;
  send(protocol::Expiring{static_cast<std::uint32_t>((left_ms + 999) / 1000)});
}

void Session::on_rights_change(const RightsChange& change, bool revokes) {
  if (closing_) return;
  const FactKey& fact = change.fact;
  if (fact.kind == FactKind::kAccount) {
    if (identifying_) {
      // Who is being asked about may be the one that it is about.
      identifying_->attempt = ++last_attempt_;
      auto known = host_.identify(identifying_->credential, identifying_->attempt);
      if (known) on_identity(last_attempt_, std::move(*known));
    }
    if (closing_ || !identity_ || !concerns(change, *identity_, {})) return;
    if (!revokes) {
      return check_each(Pause::kUntilKnown, [](const Sub& /*sub*/) { return true; });
    }
    return end_session({Code::unauthorized, "the token was revoked"});
  }
  if (!identity_) return;
  check_each(Pause::kUntilKnown, [&](const Sub& sub) {
    return concerns(change, *identity_, sub.interest->filter.channels);
  });
}

// Its credential is good no more: each subscription is told so.
void Session::end_session(const Error& why) {
  while (!subs_.empty()) end(subs_.begin()->first, why);
  close(why.code, why.message);
}

// ---------------------------------------------------------------------------------------------
// Subscriptions.

void Session::handle(protocol::Subscribe& message) {
  if (const Result<void> taken = host_.take_subscribe(*identity_); !taken) {
    return refuse(message.id, taken.error());
  }
  if (const Result<void> room = check_room(message); !room) {
    refuse(message.id, room.error());
    return;
  }
  auto interest = std::make_shared<Interest>();
  interest->wire = &wire_;
  interest->sub = message.sub;
  interest->filter.channels = std::move(message.channels);
  interest->filter.types = std::move(message.types);
  interest->speed = message.speed;
  channel_count_ += interest->filter.channels.size();
  subs_.insert_or_assign(message.sub, Sub{.interest = interest,
                                          .from = std::move(message.from),
                                          .subscriber = {},
                                          .request = message.id,
                                          .rights = ReaderRights(now_ms_, limits_.recheck_ms),
                                          .wants_state = message.state});
  check(message.sub, Pause::kNo);
}

Result<void> Session::check_room(const protocol::Subscribe& message) const {
  JsonObject details;
  if (subs_.contains(message.sub)) {
    return fail(Code::bad_request,
                "subscription " + std::to_string(message.sub) + " is in use already");
  }
  if (subs_.size() >= limits_.subscriptions_max) {
    details.number("limit", limits_.subscriptions_max);
    return fail(Code::bad_request, "too many subscriptions in this session", details.take());
  }
  if (channel_count_ + message.channels.size() > limits_.channels_max) {
    details.number("limit", limits_.channels_max);
    return fail(Code::bad_request, "too many channels in this session", details.take());
  }
  return {};
}

// Asks whether it may be read; whatever was asked for it before counts no more, so that an answer
// from before a right's end lets nobody in. Where a right may just have ended, nothing is sent
// until that is known.
void Session::check(std::uint32_t number, Pause pause) {
  Sub& sub = subs_.at(number);
  const std::uint64_t attempt = ++last_attempt_;
  sub.rights.ask(attempt);
  const auto known = host_.check_read(*identity_, sub.interest->filter.channels, number, attempt);
  if (known) {
    on_read_checked(number, attempt, *known);
  } else if (pause == Pause::kUntilKnown) {
    host_.hub().suspend(sub.subscriber);
  }
}

template <typename Which>
void Session::check_each(Pause pause, Which which) {
  // One that is ended by its check leaves the others where they are.
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, sub] : subs_) {
    if (which(sub)) numbers.push_back(number);
  }
  for (const std::uint32_t number : numbers) {
    if (subs_.contains(number)) check(number, pause);
  }
}

// What no event told: rights are looked at again, without holding anything up. Those that wait for
// their states may do so as long as their client takes nothing; states that are being read go on,
// or they would never come where that takes longer.
void Session::check_due() {
  check_each(Pause::kNo, [this](const Sub& sub) {
    const bool is_known =
        sub.subscriber != SubscriberId() || (sub.start && sub.rights.attempt() != states_attempt_);
    return is_known && sub.rights.is_due(now_ms_);
  });
}

void Session::on_read_checked(std::uint32_t number, std::uint64_t attempt,
                              const Result<ReadGrant>& grant) {
  const auto found = subs_.find(number);
  if (closing_ || found == subs_.end() || found->second.rights.attempt() != attempt) return;
  Sub& sub = found->second;
  const bool begun = sub.subscriber != SubscriberId();
  const ReaderRights::Answer answer = sub.rights.on_answer(grant, now_ms_);
  if (answer == ReaderRights::Answer::kUnknown && begun) {
    return host_.hub().suspend(sub.subscriber);
  }
  if (!grant) return end(number, grant.error());
  if (!begun) take_lifts(sub, *grant);
  // One that has begun may have lost a right that leaves no trace, and kept one that does.
  if (grant->audited && !sub.is_traced) {
    if (begun) host_.hub().suspend(sub.subscriber);
    const auto traced =
        host_.trace_read(*identity_, sub.interest->filter, number, sub.rights.attempt());
    if (!traced) return;  // on_read_traced
    if (!*traced) return end(number, traced->error());
    sub.is_traced = true;
  }
  if (begun) return go_on(sub, *grant);
  start_reading(number, sub);
}

void Session::on_read_traced(std::uint32_t number, std::uint64_t attempt) {
  const auto found = subs_.find(number);
  if (closing_ || found == subs_.end() || found->second.rights.attempt() != attempt) return;
  Sub& sub = found->second;
  sub.is_traced = true;
  if (sub.subscriber != SubscriberId()) return check(number, Pause::kNo);
  start_reading(number, sub);
}

void Session::start_reading(std::uint32_t number, Sub& sub) {
  if (sub.start) return read_next_states();
  look_up_start(number, sub);
}

void Session::take_lifts(Sub& sub, const ReadGrant& grant) {
  if (sub.interest->lifts == grant.lifts) return;
  auto interest = std::make_shared<Interest>(*sub.interest);
  interest->lifts = grant.lifts;
  sub.interest = std::move(interest);
}

// It may still be read, though maybe not the same fields.
void Session::go_on(Sub& sub, const ReadGrant& grant) {
  Hub& hub = host_.hub();
  if (sub.interest->lifts == grant.lifts) return hub.resume(sub.subscriber);
  hub.suspend(sub.subscriber);  // a live one stands here from now on
  const Offset next = hub.next_of(sub.subscriber);
  const Pace pace = hub.pace_of(sub.subscriber);
  hub.remove(sub.subscriber);
  take_lifts(sub, grant);
  sub.subscriber = hub.add(host_.owner(), sub.interest, next, pace);
  hub.advance(sub.subscriber);
}

void Session::look_up_start(std::uint32_t number, Sub& sub) {
  if (start_needs_read(sub.from)) {
    host_.resolve_start(number, sub.rights.attempt(), sub.from, sub.interest->filter);
    return;
  }
  // `now` is this shard's now: what it has yet to hear of comes as live events.
  OffsetRange held = host_.hub().held();
  if (sub.from.kind == protocol::From::Kind::kAfter) held = host_.log_held();
  begin(number, sub, resolve_start(sub.from, host_.hub().epoch(), held));
}

void Session::on_start(std::uint32_t number, std::uint64_t attempt, const Result<Start>& start) {
  const auto found = subs_.find(number);
  if (closing_ || found == subs_.end() || found->second.rights.attempt() != attempt) return;
  begin(number, found->second, start);
}

void Session::begin(std::uint32_t number, Sub& sub, const Result<Start>& start) {
  if (!start) return end(number, start.error());
  if (!sub.wants_state) return begin_with(number, sub, *start, {});
  sub.start = *start;
  read_next_states();
}

// One subscription's at a time, and only for a client that takes what it is sent: states may be
// large, and are made and queued at once.
void Session::read_next_states() {
  if (closing_ || states_attempt_ != 0 || host_.owner().congested()) return;
  auto next = subs_.end();
  for (auto it = subs_.begin(); it != subs_.end(); ++it) {
    const bool is_earlier =
        next == subs_.end() || it->second.rights.attempt() < next->second.rights.attempt();
    if (it->second.start && !it->second.rights.is_asked() && is_earlier) next = it;
  }
  if (next == subs_.end()) return;
  const Sub& sub = next->second;
  states_attempt_ = sub.rights.attempt();
  host_.read_states(*identity_, next->first, sub.rights.attempt(), *sub.start, sub.interest);
}

bool Session::awaits_states(std::uint32_t number, std::uint64_t attempt) const {
  const auto found = subs_.find(number);
  return !closing_ && found != subs_.end() && found->second.rights.attempt() == attempt;
}

void Session::on_states(std::uint32_t number, std::uint64_t attempt, const Start& start,
                        const Result<std::vector<protocol::State>>& states) {
  states_attempt_ = 0;
  if (awaits_states(number, attempt)) {
    if (states) {
      begin_with(number, subs_.at(number), start, *states);
    } else {
      end(number, states.error());
    }
  }
  read_next_states();
}

// What was is said before what is next: the cursor begins right behind the states.
void Session::begin_with(std::uint32_t number, Sub& sub, const Start& start,
                         const std::vector<protocol::State>& states) {
  Hub& hub = host_.hub();
  sub.subscriber = hub.add(host_.owner(), sub.interest, start.next, Pace{.base = start.pace_from});
  sub.start.reset();
  // A position of this log would hide the gap from a client that takes it and is cut in between.
  send(protocol::Subscribed{.id = sub.request,
                            .sub = number,
                            .after = start.epoch_gap
                                         ? start.epoch_gap->from
                                         : format_position(hub.epoch(), previous(start.next)),
                            .head = hub.head()});
  if (start.epoch_gap) {
    protocol::Gap gap = *start.epoch_gap;
    gap.sub = number;
    send(gap);
  }
  for (const protocol::State& state : states) send(state);
  hub.advance(sub.subscriber);
}

// One that has begun is told so; one that has not gets its subscribe refused.
void Session::end(std::uint32_t number, const Error& why) {
  const Sub sub = std::move(subs_.at(number));
  host_.hub().remove(sub.subscriber);
  channel_count_ -= sub.interest->filter.channels.size();
  subs_.erase(number);
  if (sub.subscriber != SubscriberId()) {
    send(protocol::Unsubscribed{.sub = number, .code = error_for_caller(why).code});
  } else {
    refuse(sub.request, why);
  }
}

void Session::handle(protocol::Unsubscribe& message) {
  const auto found = subs_.find(message.sub);
  if (found == subs_.end()) {
    refuse(message.id,
           {Code::not_found, "there is no subscription " + std::to_string(message.sub)});
    return;
  }
  Sub& sub = found->second;
  if (sub.subscriber == SubscriberId()) {
    refuse(sub.request, {Code::not_found, "unsubscribed before it began"});
  }
  host_.hub().remove(sub.subscriber);
  channel_count_ -= sub.interest->filter.channels.size();
  subs_.erase(found);
  send(protocol::Ok{.id = message.id, .position = {}});
}

// ---------------------------------------------------------------------------------------------
// Publishing.

void Session::handle(protocol::Publish& message) {
  publishing_.add(message.id, std::move(message.event), *identity_);
  pace_reading();
}

void Session::on_publish_checked(std::uint64_t attempt, const Result<PublishGrant>& grant) {
  if (closing_) return;
  publishing_.on_checked(attempt, grant, *identity_);
  pace_reading();
}

void Session::on_verdict(const Verdict& verdict) {
  publishing_.on_verdict(verdict);
  pace_reading();
}

void Session::pace_reading() {
  if (!paused_ && publishing_.is_full()) {
    paused_ = true;
    host_.pause_reading();
  } else if (paused_ && publishing_.has_room()) {
    paused_ = false;
    if (!identifying_) host_.resume_reading();
  }
}

// ---------------------------------------------------------------------------------------------
// Time, and the end.

void Session::on_drained() {
  // Advancing may send, sending may close, closing destroys nothing before the caller returns.
  for (const auto& [number, sub] : subs_) host_.hub().on_drained(sub.subscriber);
  read_next_states();
}

void Session::on_tick(std::uint64_t now_ms, const Traffic& traffic) {
  if (closing_) return;
  now_ms_ = now_ms;
  if (!welcomed_) {
    if (now_ms - began_ms_ >= limits_.hello_timeout_ms) close(Code::timeout, "no `hello` came");
    return;
  }
  if (liveness_.is_dead(now_ms, traffic, 2 * std::uint64_t{limits_.heartbeat_ms})) {
    return close(Code::timeout, "no sign of life for two heartbeats");
  }
  check_expiry(now_ms);
  if (closing_) return;
  if (now_ms >= next_recheck_ms_) {
    // A key may have been taken away, which no event tells.
    next_recheck_ms_ = now_ms + limits_.recheck_ms;
    const Result<void> good = host_.check_credential(*identity_);
    if (!good) return end_session(good.error());
  }
  check_due();
  if (closing_) return;
  if (now_ms < next_heartbeat_ms_) return;
  next_heartbeat_ms_ = now_ms + limits_.heartbeat_ms;
  send_progress();
  host_.send_ping();
}

void Session::send_progress() {
  const bool any_live = std::any_of(subs_.begin(), subs_.end(), [this](const auto& entry) {
    return host_.hub().live(entry.second.subscriber);
  });
  if (any_live) return send(protocol::Progress{host_.hub().head()});
  send(protocol::Ping{});  // a client hears something at every heartbeat, or its connection is dead
}

void Session::drain(std::uint32_t retryafter_ms, std::uint16_t close_code) {
  if (closing_) return;
  send(protocol::Draining{retryafter_ms});
  close(close_code, "the server is going down");
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
  close(static_cast<std::uint16_t>(info(code).close_code), reason);
}

void Session::close(std::uint16_t close_code, std::string_view reason) {
  closing_ = true;
  for (const auto& [number, sub] : subs_) host_.hub().remove(sub.subscriber);
  subs_.clear();
  host_.close(close_code, reason);
}

}  // namespace courtside
