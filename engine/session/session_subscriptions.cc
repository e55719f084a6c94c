#include "engine/session/session_subscriptions.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/caller_error.h"
#include "base/format.h"
#include "base/json.h"

namespace courtside {
namespace {

std::vector<std::size_t> fact_channels(const std::vector<std::string>& channels) {
  std::vector<std::size_t> hashes;
  for (const std::string& channel : channels) {
    if (is_fact_channel(channel)) hashes.push_back(std::hash<std::string>{}(channel));
  }
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

}  // namespace

void SessionSubscriptions::subscribe(protocol::Subscribe& message) {
  const bool catches_up = message.state || message.from.kind != protocol::From::Kind::kNow;
  Result<std::shared_ptr<const void>> place =
      host_.take_subscribe(reader_.get(), message.channels.size(), catches_up);
  if (!place) return context_.refuse(message.id, place.error());
  if (const Result<void> room = check_room(message); !room) {
    return context_.refuse(message.id, room.error());
  }
  auto interest = std::make_shared<Interest>();
  interest->wire = message.batch ? &wire_.batched() : &wire_;
  interest->sub = message.sub;
  interest->filter.channels = std::move(message.channels);
  interest->filter.types = std::move(message.types);
  interest->speed = message.speed;
  if (!message.fields.empty()) interest->fields = FieldSelection(message.fields);
  channel_count_ += interest->filter.channels.size();
  subs_.insert_or_assign(message.sub,
                         Sub{.interest = interest,
                             .from = std::move(message.from),
                             .subscriber = {},
                             .request = message.id,
                             .rights = ReaderRights(context_.now_ms(), limits_.recheck_ms),
                             .wants_state = message.state,
                             .place = std::move(*place),
                             .fact_channels = fact_channels(interest->filter.channels)});
  check(message.sub, Pause::kNo);
}

Result<void> SessionSubscriptions::check_room(const protocol::Subscribe& message) const {
  JsonObject details;
  if (subs_.contains(message.sub)) {
    return fail(Code::bad_request, format("subscription {} is in use already", message.sub));
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

void SessionSubscriptions::unsubscribe(const protocol::Unsubscribe& message) {
  const auto found = subs_.find(message.sub);
  if (found == subs_.end()) {
    return context_.refuse(message.id,
                           {Code::not_found, format("there is no subscription {}", message.sub)});
  }
  if (!found->second.has_begun()) {
    context_.refuse(found->second.request, {Code::not_found, "unsubscribed before it began"});
  }
  remove(message.sub);
  context_.send(protocol::Ok{.id = message.id, .position = {}});
}

SessionSubscriptions::Sub* SessionSubscriptions::find_asking(std::uint32_t number,
                                                             std::uint64_t attempt) {
  const auto found = subs_.find(number);
  if (found == subs_.end() || found->second.rights.attempt() != attempt) return nullptr;
  return &found->second;
}

// ---------------------------------------------------------------------------------------------
// The right.

// The answer to an earlier question is ignored from now on: it may be from before the right ended.
void SessionSubscriptions::check(std::uint32_t number, Pause pause) {
  Sub& sub = subs_.at(number);
  const std::uint64_t attempt = context_.next_attempt();
  sub.rights.ask(attempt);
  sub.waits_for_trace = false;
  const auto known =
      host_.check_read(reader_.get(), sub.interest->filter.channels, number, attempt);
  if (known) {
    on_read_checked(number, attempt, *known);
  } else if (pause == Pause::kUntilKnown) {
    host_.hub().suspend(sub.subscriber);
  }
}

template <typename Which>
void SessionSubscriptions::check_each(Pause pause, Which which) {
  // One that is ended by its check leaves the others where they are.
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, sub] : subs_) {
    if (which(sub)) numbers.push_back(number);
  }
  for (const std::uint32_t number : numbers) {
    if (subs_.contains(number)) check(number, pause);
  }
}

void SessionSubscriptions::check_all(Pause pause) {
  check_each(pause, [](const Sub& /*sub*/) { return true; });
}

void SessionSubscriptions::check_concerned(const RightsChange& change) {
  const std::size_t changed = std::hash<std::string>{}(channel_of(change.fact));
  check_each(Pause::kUntilKnown, [&](const Sub& sub) {
    return std::binary_search(sub.fact_channels.begin(), sub.fact_channels.end(), changed) &&
           concerns(change, reader_.get(), sub.interest->filter.channels);
  });
}

// For changes that no event tells of. A subscription that waits for its states may do so as long as
// its client takes nothing, so it is asked about too. While its states are being read it is not:
// where that takes longer than the interval, they would never come.
void SessionSubscriptions::check_due() {
  check_each(Pause::kNo, [this](const Sub& sub) {
    const bool is_known = sub.has_begun() || (sub.start && sub.rights.attempt() != states_attempt_);
    return is_known && sub.rights.is_due(context_.now_ms());
  });
}

void SessionSubscriptions::on_read_checked(std::uint32_t number, std::uint64_t attempt,
                                           const Result<ReadGrant>& grant) {
  Sub* const sub = find_asking(number, attempt);
  if (sub == nullptr) return;
  const ReaderRights::Answer answer = sub->rights.on_answer(grant, context_.now_ms());
  if (answer == ReaderRights::Answer::kUnknown && sub->has_begun()) {
    return host_.hub().suspend(sub->subscriber);
  }
  if (!grant) return end(number, grant.error());
  if (!sub->has_begun()) take_unmasked(*sub, *grant);
  // One that has begun may have lost a right that leaves no trace, and kept one that does.
  if (grant->audited && !sub->is_traced && !trace(number, *sub, attempt)) return;
  if (sub->has_begun()) return resume(*sub, *grant);
  start_reading(number, *sub);
}

// One trace for each subscription, however often its right is checked meanwhile.
bool SessionSubscriptions::trace(std::uint32_t number, Sub& sub, std::uint64_t attempt) {
  if (sub.has_begun()) host_.hub().suspend(sub.subscriber);
  sub.waits_for_trace = true;
  if (sub.trace_attempt != 0) return false;
  sub.trace_attempt = attempt;
  const auto traced = host_.trace_read(reader_.get(), sub.interest->filter, number, attempt);
  if (!traced) return false;  // on_read_traced
  if (!*traced) {
    end(number, traced->error());
    return false;
  }
  sub.waits_for_trace = false;
  sub.is_traced = true;
  return true;
}

void SessionSubscriptions::on_read_traced(std::uint32_t number, std::uint64_t attempt) {
  const auto found = subs_.find(number);
  if (found == subs_.end() || found->second.trace_attempt != attempt) return;
  Sub& sub = found->second;
  sub.is_traced = true;
  if (!std::exchange(sub.waits_for_trace, false)) return;
  if (sub.has_begun()) return check(number, Pause::kNo);
  start_reading(number, sub);
}

void SessionSubscriptions::on_read_not_traced(std::uint32_t number, std::uint64_t attempt,
                                              const Error& error) {
  const auto found = subs_.find(number);
  if (found != subs_.end() && found->second.trace_attempt == attempt) end(number, error);
}

void SessionSubscriptions::take_unmasked(Sub& sub, const ReadGrant& grant) {
  if (sub.interest->unmasked_permissions == grant.unmasked_permissions) return;
  auto interest = std::make_shared<Interest>(*sub.interest);
  interest->unmasked_permissions = grant.unmasked_permissions;
  sub.interest = std::move(interest);
}

// It may still be read, though maybe not the same fields.
void SessionSubscriptions::resume(Sub& sub, const ReadGrant& grant) {
  Hub& hub = host_.hub();
  if (sub.interest->unmasked_permissions == grant.unmasked_permissions)
    return hub.resume(sub.subscriber);
  hub.suspend(sub.subscriber);  // a live one stands here from now on
  const Offset next = hub.next_of(sub.subscriber);
  const Pace pace = hub.pace_of(sub.subscriber);
  hub.remove(sub.subscriber);
  take_unmasked(sub, grant);
  sub.subscriber = hub.add(host_.owner(), sub.interest, next, pace);
  hub.advance(sub.subscriber);
}

// ---------------------------------------------------------------------------------------------
// The beginning.

void SessionSubscriptions::start_reading(std::uint32_t number, Sub& sub) {
  if (sub.start) return read_next_states();
  if (start_needs_read(sub.from)) {
    host_.resolve_start(number, sub.rights.attempt(), sub.from, sub.interest->filter);
    return;
  }
  // `now` is this shard's now: what it has yet to hear of comes as live events.
  OffsetRange held = host_.hub().held();
  if (sub.from.kind == protocol::From::Kind::kAfter) held = host_.log_held();
  begin(number, sub, resolve_start(sub.from, host_.hub().epoch(), held));
}

void SessionSubscriptions::on_start(std::uint32_t number, std::uint64_t attempt,
                                    const Result<Start>& start) {
  if (Sub* const sub = find_asking(number, attempt)) begin(number, *sub, start);
}

void SessionSubscriptions::begin(std::uint32_t number, Sub& sub, const Result<Start>& start) {
  if (!start) return end(number, start.error());
  if (!sub.wants_state) return begin_with(number, sub, *start, {});
  sub.start = *start;
  read_next_states();
}

// One subscription's at a time, and only for a client that takes what it is sent: states may be
// large, and are made and queued at once.
void SessionSubscriptions::read_next_states() {
  if (states_attempt_ != 0 || host_.owner().congested()) return;
  auto next = subs_.end();
  for (auto it = subs_.begin(); it != subs_.end(); ++it) {
    const bool is_earlier =
        next == subs_.end() || it->second.rights.attempt() < next->second.rights.attempt();
    if (it->second.start && !it->second.rights.is_asked() && is_earlier) next = it;
  }
  if (next == subs_.end()) return;
  const Sub& sub = next->second;
  states_attempt_ = sub.rights.attempt();
  host_.read_states(reader_.get(), next->first, states_attempt_, *sub.start, sub.interest);
}

bool SessionSubscriptions::awaits_states(std::uint32_t number, std::uint64_t attempt) const {
  const auto found = subs_.find(number);
  return found != subs_.end() && found->second.rights.attempt() == attempt;
}

void SessionSubscriptions::on_states(std::uint32_t number, std::uint64_t attempt,
                                     const Start& start,
                                     const Result<std::vector<protocol::State>>& states) {
  states_attempt_ = 0;
  if (Sub* const sub = find_asking(number, attempt)) {
    if (states) {
      begin_with(number, *sub, start, *states);
    } else {
      end(number, states.error());
    }
  }
  read_next_states();
}

// The states are sent before the events that follow: the cursor begins right behind them.
void SessionSubscriptions::begin_with(std::uint32_t number, Sub& sub, const Start& start,
                                      const std::vector<protocol::State>& states) {
  Hub& hub = host_.hub();
  sub.subscriber = hub.add(host_.owner(), sub.interest, start.next, Pace{.base = start.pace_from});
  sub.start.reset();
  // A position of this log would hide the gap from a client that takes it and is cut in between.
  context_.send(protocol::Subscribed{
      .id = sub.request,
      .sub = number,
      .after = start.epoch_gap ? start.epoch_gap->from
                               : format_position(hub.epoch(), previous(start.next)),
      .head = hub.head()});
  if (start.epoch_gap) {
    protocol::Gap gap = *start.epoch_gap;
    gap.sub = number;
    context_.send(gap);
  }
  for (const protocol::State& state : states) context_.send(state);
  hub.advance(sub.subscriber);
}

// Advancing may send, sending may close, closing destroys nothing before the caller returns.
void SessionSubscriptions::on_drained() {
  for (const auto& [number, sub] : subs_) host_.hub().on_drained(sub.subscriber);
  read_next_states();
}

bool SessionSubscriptions::any_live() const {
  return std::any_of(subs_.begin(), subs_.end(), [this](const auto& entry) {
    return host_.hub().live(entry.second.subscriber);
  });
}

// ---------------------------------------------------------------------------------------------
// The end.

SessionSubscriptions::Sub SessionSubscriptions::remove(std::uint32_t number) {
  Sub sub = std::move(subs_.at(number));
  host_.hub().remove(sub.subscriber);
  channel_count_ -= sub.interest->filter.channels.size();
  subs_.erase(number);
  return sub;
}

// One that has begun is told so; one that has not gets its subscribe refused.
void SessionSubscriptions::end(std::uint32_t number, const Error& why) {
  const Sub sub = remove(number);
  if (sub.has_begun()) {
    context_.send(protocol::Unsubscribed{.sub = number, .code = error_for_caller(why).code});
  } else {
    context_.refuse(sub.request, why);
  }
}

void SessionSubscriptions::end_subscriber(SubscriberId id, const Error& why) {
  for (const auto& [number, sub] : subs_) {
    if (sub.has_begun() && sub.subscriber == id) return end(number, why);
  }
}

void SessionSubscriptions::end_all(const Error& why) {
  while (!subs_.empty()) end(subs_.begin()->first, why);
}

void SessionSubscriptions::clear() {
  for (const auto& [number, sub] : subs_) host_.hub().remove(sub.subscriber);
  subs_.clear();
}

}  // namespace courtside
