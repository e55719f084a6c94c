#include "engine/session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/hash.h"
#include "base/json.h"
#include "engine/publisher.h"

namespace courtside {
namespace {

constexpr std::size_t kSessionIdLength = 16;

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
                 const SessionLimits& limits, std::uint64_t now_ms)
    : host_(host),
      codec_(codec),
      wire_(wire),
      limits_(limits),
      began_ms_(now_ms),
      alive_ms_(now_ms) {}

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

void Session::handle(protocol::Hello& /*message*/) {
  if (welcomed_) {
    refuse(std::nullopt, {Code::bad_request, "`hello` was said already"});
    return;
  }
  welcomed_ = true;
  next_heartbeat_ms_ = alive_ms_ + limits_.heartbeat_ms;
  send(protocol::Welcome{.session = "s_" + random_word(kSessionIdLength),
                         .actor = "admin",
                         .epoch = host_.hub().epoch(),
                         .head = host_.hub().head(),
                         .heartbeat_ms = limits_.heartbeat_ms,
                         .maxmessage = static_cast<std::uint32_t>(limits_.message_bytes_max),
                         .expiresin_s = {}});
}

void Session::handle(protocol::Subscribe& message) {
  if (const Result<void> room = check_room(message); !room) {
    refuse(message.id, room.error());
    return;
  }
  auto interest = std::make_shared<Interest>();
  interest->wire = &wire_;
  interest->sub = message.sub;
  interest->filter.channels = std::move(message.channels);
  interest->filter.types = std::move(message.types);
  channel_count_ += interest->filter.channels.size();

  Sub& sub = subs_[message.sub];
  sub = {.interest = interest, .subscriber = {}, .request = message.id, .attempt = ++last_attempt_};
  if (start_needs_read(message.from)) {
    host_.resolve_start(message.sub, sub.attempt, message.from, interest->filter);
    return;
  }
  // `now` is this shard's now: what it has yet to hear of comes as live events.
  OffsetRange held = host_.hub().held();
  if (message.from.kind == protocol::From::Kind::kAfter) held = host_.log_held();
  begin(message.sub, sub, resolve_start(message.from, host_.hub().epoch(), held));
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

void Session::on_start(std::uint32_t number, std::uint64_t attempt, const Result<Start>& start) {
  const auto found = subs_.find(number);
  if (closing_ || found == subs_.end() || found->second.attempt != attempt) return;
  begin(number, found->second, start);
}

void Session::begin(std::uint32_t number, Sub& sub, const Result<Start>& start) {
  if (!start) {
    const std::uint32_t request = sub.request;
    channel_count_ -= sub.interest->filter.channels.size();
    subs_.erase(number);
    refuse(request, start.error());
    return;
  }
  Hub& hub = host_.hub();
  sub.subscriber = hub.add(host_.owner(), sub.interest, start->next);
  send(protocol::Subscribed{.id = sub.request,
                            .sub = number,
                            .after = format_position(hub.epoch(), previous(start->next)),
                            .head = hub.head()});
  if (start->epoch_gap) {
    protocol::Gap gap = *start->epoch_gap;
    gap.sub = number;
    send(gap);
  }
  hub.advance(sub.subscriber);
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

void Session::handle(protocol::Refresh& message) {
  send(protocol::Ok{.id = message.id, .position = {}});
}

void Session::handle(protocol::Ping& /*message*/) { send(protocol::Pong{}); }

void Session::handle(protocol::Pong& /*message*/) {}  // having been heard is all it is for

// ---------------------------------------------------------------------------------------------
// Publishing.

void Session::handle(protocol::Publish& message) {
  PendingPublish pending{.ticket = ++last_ticket_,
                         .request = message.id,
                         .subject = std::string(EventView(message.event.event).subject())};
  const Result<void> published = host_.publish(std::move(message.event), pending.ticket);
  if (!published) {
    refuse(message.id, published.error());
    return;
  }
  publishes_.push_back(std::move(pending));
  if (publishes_.size() >= limits_.publishes_in_flight_max && !paused_) {
    paused_ = true;
    host_.pause_reading();
  }
}

void Session::on_verdict(const Verdict& verdict) {
  // Verdicts come in the order of submission; the search ends at the first.
  const auto found = std::find_if(
      publishes_.begin(), publishes_.end(),
      [&](const PendingPublish& pending) { return pending.ticket == verdict.author.ticket; });
  if (found == publishes_.end()) return;
  const PendingPublish pending = std::move(*found);
  publishes_.erase(found);
  if (paused_ && publishes_.size() <= limits_.publishes_in_flight_max / 2) {
    paused_ = false;
    host_.resume_reading();
  }
  answer_publish(pending, verdict);
}

void Session::answer_publish(const PendingPublish& pending, const Verdict& verdict) {
  if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
    refuse(pending.request, conflict_error(pending.subject, *conflict));
    return;
  }
  const Appended& appended = std::get<std::vector<Appended>>(verdict.outcome).front();
  send(protocol::Ok{.id = pending.request,
                    .position = format_position(host_.hub().epoch(), appended.offset),
                    .subjectversion = appended.subject_version,
                    .duplicate = appended.duplicate});
}

// ---------------------------------------------------------------------------------------------
// Time, and the end.

void Session::on_drained() {
  // Advancing may send, sending may close, closing destroys nothing before the caller returns.
  for (const auto& [number, sub] : subs_) host_.hub().on_drained(sub.subscriber);
}

void Session::on_tick(std::uint64_t now_ms, const Traffic& traffic) {
  if (closing_) return;
  if (!welcomed_) {
    if (now_ms - began_ms_ >= limits_.hello_timeout_ms) close(Code::timeout, "no `hello` came");
    return;
  }
  check_alive(now_ms, traffic);
  if (closing_ || now_ms < next_heartbeat_ms_) return;
  next_heartbeat_ms_ = now_ms + limits_.heartbeat_ms;
  send_progress();
  host_.send_ping();
}

// A peer is alive when it said something, or when it took a part of what waited for it at the last
// tick: a slow reader of a long backlog may not come to answering pings for minutes. One that took
// all of it has our ping too; and all is what the kernel takes for a peer that reads nothing.
void Session::check_alive(std::uint64_t now_ms, const Traffic& traffic) {
  alive_ms_ = std::max(alive_ms_, traffic.received_ms);
  if (before_.acknowledged_bytes < traffic.acknowledged_bytes &&
      traffic.acknowledged_bytes < before_.sent_bytes) {
    alive_ms_ = now_ms;
  }
  before_ = traffic;
  if (now_ms - alive_ms_ > 2 * std::uint64_t{limits_.heartbeat_ms}) {
    close(Code::timeout, "no sign of life for two heartbeats");
  }
}

void Session::send_progress() {
  const bool any_live = std::any_of(subs_.begin(), subs_.end(), [this](const auto& entry) {
    return host_.hub().live(entry.second.subscriber);
  });
  if (any_live) send(protocol::Progress{host_.hub().head()});
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
  send(protocol::ErrorReply{request, std::move(error)});
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
