#include "engine/delivery/hub.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "schema/channel.h"

namespace courtside {

Hub::Hub(std::string epoch, OffsetRange held, const Projections& projections, HubHost& host)
    : epoch_(std::move(epoch)),
      held_(held),
      projections_(projections),
      host_(host),
      handed_out_(held.end) {}

// ---------------------------------------------------------------------------------------------
// Subscribers and their audiences.

namespace {

SharedInterest without_speed(const SharedInterest& interest) {
  if (interest->speed == 0) return interest;
  auto unpaced = std::make_shared<Interest>(*interest);
  unpaced->speed = 0;
  return unpaced;
}

}  // namespace

SubscriberId Hub::add(SubscriberOwner& owner, SharedInterest interest, Offset next, Pace pace) {
  if (pace.is_over) interest = without_speed(interest);
  Audience& audience = join_audience(std::move(interest));
  return subscribers_.insert(
      {.owner = &owner, .audience = &audience, .cursor = Subscription(next, held_), .pace = pace});
}

void Hub::remove(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  host_.forget_page(id);
  if (fanning_out_) {
    // The audience's members are being walked through: only silence it, and clean up afterwards.
    subscriber->owner = nullptr;
    removed_.push_back(id);
    return;
  }
  if (subscriber->cursor.live()) detach(*subscriber);
  Audience& audience = *subscriber->audience;
  subscribers_.erase(id);
  leave_audience(audience);
}

void Hub::suspend(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  const bool was_live = subscriber->cursor.live();
  if (was_live) detach(*subscriber);
  subscriber->cursor.suspend(handed_out_);
  if (was_live) {
    tell(*subscriber,
         protocol::Behind{subscriber->audience->interest->sub, position_before(handed_out_)});
  }
}

void Hub::resume(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  subscriber->cursor.resume();
  advance(id);
}

Offset Hub::next_of(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  return subscriber == nullptr ? held_.end : subscriber->cursor.next();
}

bool Hub::live(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  return subscriber != nullptr && subscriber->cursor.live();
}

// Every list of the index that an audience with this interest stands in.
template <typename Visit>
void Hub::for_each_index_list(const Interest& interest, Visit visit) {
  if (interest.filter.wants_every_channel()) {
    visit(everything_);
    return;
  }
  for (const std::string& channel : interest.filter.channels) {
    if (is_channel_pattern(channel)) {
      visit(by_kind_[std::string(channel_kind(channel))]);
    } else {
      visit(by_channel_[channel]);
    }
  }
}

Hub::Audience& Hub::join_audience(SharedInterest interest) {
  auto [entry, is_new] = audiences_.try_emplace(interest->key());
  if (is_new) {
    entry->second = std::make_unique<Audience>();
    Audience& audience = *entry->second;
    audience.interest = std::move(interest);
    for_each_index_list(*audience.interest,
                        [&](std::vector<Audience*>& list) { list.push_back(&audience); });
  }
  ++entry->second->subscribers;
  return *entry->second;
}

void Hub::leave_audience(Audience& audience) {
  if (--audience.subscribers > 0) return;
  const SharedInterest interest = audience.interest;
  for_each_index_list(*interest, [&](std::vector<Audience*>& list) {
    list.erase(std::find(list.begin(), list.end(), &audience));
  });
  // Lists that became empty go too: channels come and go, the index must not only grow.
  for (const std::string& channel : interest->filter.channels) {
    Index& index = is_channel_pattern(channel) ? by_kind_ : by_channel_;
    const auto entry = channel == "*"                ? index.end()
                       : is_channel_pattern(channel) ? index.find(channel_kind(channel))
                                                     : index.find(std::string_view(channel));
    if (entry != index.end() && entry->second.empty()) index.erase(entry);
  }
  audiences_.erase(interest->key());
}

void Hub::attach(SubscriberId id, Subscriber& subscriber) {
  subscriber.member_index = static_cast<std::uint32_t>(subscriber.audience->members.size());
  subscriber.audience->members.push_back(id);
}

void Hub::detach(Subscriber& subscriber) {
  std::vector<SubscriberId>& members = subscriber.audience->members;
  const SubscriberId last = members.back();
  members[subscriber.member_index] = last;
  subscribers_.find(last)->member_index = subscriber.member_index;
  members.pop_back();
}

// ---------------------------------------------------------------------------------------------
// Fan-out.

void Hub::on_commit(const Batch& batch) {
  held_ = {.begin = batch.first_held, .end = batch.range.empty() ? held_.end : batch.range.end};
  fanning_out_ = true;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RecordView record = batch.at(i);
    bodies_.clear();
    offer(everything_, record);
    for (const std::string_view channel : record.channels()) {
      if (const auto entry = by_channel_.find(channel); entry != by_channel_.end()) {
        offer(entry->second, record);
      }
      if (by_kind_.empty()) continue;
      if (const auto entry = by_kind_.find(channel_kind(channel)); entry != by_kind_.end()) {
        offer(entry->second, record);
      }
    }
    if (host_.is_turning_point(record)) {
      deliver_blocks(next(record.offset()));
      host_.on_turning_point(record);
    }
  }
  deliver_blocks(held_.end);
  finish_fan_out();
}

// All that was offered so far, up to `end`, goes to the live ones.
void Hub::deliver_blocks(Offset end) {
  handed_out_ = end;
  for (Audience* audience : touched_) {
    deliver_block(*audience, end);
    audience->touched = false;
  }
  touched_.clear();
}

void Hub::offer(const std::vector<Audience*>& audiences, RecordView record) {
  for (Audience* audience : audiences) offer(*audience, record);
}

void Hub::offer(Audience& audience, RecordView record) {
  if (audience.members.empty() || audience.last_event == record.offset()) return;
  audience.last_event = record.offset();
  const Interest& interest = *audience.interest;
  if (interest.selective() && !interest.filter.matches(record)) return;

  if (audience.block.empty()) audience.block_begin = record.offset();
  const Projection* projection =
      projections_.choose(interest.filter.channels, interest.lifts, record);
  interest.wire->append_event(audience.block, interest.sub,
                              body_for(*interest.wire, projection, record));
  ++audience.block_events;
  if (!audience.touched) {
    audience.touched = true;
    touched_.push_back(&audience);
  }
  if (audience.block.size() >= kBlockBytesMax) deliver_block(audience, next(record.offset()));
}

const std::string& Hub::body_for(const Wire& wire, const Projection* projection,
                                 RecordView record) {
  for (const Body& body : bodies_) {
    if (body.wire == &wire && body.projection == projection) return body.bytes;
  }
  Body& body = bodies_.emplace_back(Body{&wire, projection, {}});
  wire.append_event_body(body.bytes, epoch_, record, projection);
  return body.bytes;
}

// Hands the block to every member, up to `end`: what it does not hold below that, the members do
// not want.
void Hub::deliver_block(Audience& audience, Offset end) {
  if (audience.block.empty()) return;
  const OffsetRange range{audience.block_begin, end};
  const SharedBytes frames(std::exchange(audience.block, {}));
  const std::uint64_t events = std::exchange(audience.block_events, 0);

  for (std::size_t i = 0; i < audience.members.size();) {
    const SubscriberId id = audience.members[i];
    Subscriber& subscriber = *subscribers_.find(id);
    ++i;
    if (subscriber.owner == nullptr) continue;  // removed during this fan-out
    subscriber.cursor.on_congestion(subscriber.owner->congested());
    const Step step = subscriber.cursor.on_commit(range, {held_.begin, end});
    if (step.kind == Step::Kind::kDeliver) {
      counters_.deliveries += events;
      subscriber.owner->send_frames(frames);
    } else if (step.kind == Step::Kind::kFallBehind) {
      --i;  // another member takes its place
      detach(subscriber);
      fallen_.push_back(id);
      ++counters_.fell_behind;
      tell(subscriber, protocol::Behind{audience.interest->sub, position_before(step.range.begin)});
    }
  }
}

void Hub::finish_fan_out() {
  fanning_out_ = false;
  for (const SubscriberId id : std::exchange(removed_, {})) remove(id);
  for (const SubscriberId id : std::exchange(fallen_, {})) advance(id);
  for (const SubscriberId id : std::exchange(ahead_, {})) advance(id);
}

// ---------------------------------------------------------------------------------------------
// Catching up.

void Hub::advance(SubscriberId id) {
  if (fanning_out_) {
    // A socket may drain while a commit is being handed out. Going live in the middle of it would
    // hand out the rest twice.
    fallen_.push_back(id);
    return;
  }
  while (take_step(id)) {
  }
}

// One step; false when there is nothing to do for now.
bool Hub::take_step(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr || subscriber->cursor.live()) {
    return false;
  }
  if (waits_for_its_time(id, *subscriber)) return false;
  Subscription& cursor = subscriber->cursor;
  const SharedInterest interest = subscriber->audience->interest;
  cursor.on_commit({held_.end, held_.end}, held_);
  cursor.on_congestion(subscriber->owner->congested());
  const Step step = cursor.next_step();
  switch (step.kind) {
    case Step::Kind::kGap: tell_gap(*subscriber, step.range); return true;
    case Step::Kind::kGoLive:
      end_pace(*subscriber);
      attach(id, *subscriber);
      tell(*subscriber, protocol::Live{interest->sub, position_before(step.range.begin)});
      return false;
    case Step::Kind::kRead: {
      const std::optional<RenderedPage> page = host_.read_page(id, interest, step.range);
      if (!page) return false;
      accept_page(id, *page);
      return true;
    }
    default:
      if (cursor.next() > held_.end) ahead_.push_back(id);
      return false;
  }
}

void Hub::on_page(SubscriberId id, const RenderedPage& page) {
  accept_page(id, page);
  advance(id);
}

void Hub::accept_page(SubscriberId id, const RenderedPage& page) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  const Step step = subscriber->cursor.on_page_read(page.covered);
  if (step.kind == Step::Kind::kGap) tell_gap(*subscriber, step.range);
  subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  const std::size_t due = count_due(*subscriber, page);
  if (due == page.index.size()) {
    subscriber->cursor.on_page(page.covered.end);
    counters_.replayed += page.events;
    if (!page.frames.empty()) subscriber->owner->send_frames(page.frames);
    return;
  }
  // The rest is read again when it is due: it is not kept for as long as that may take.
  subscriber->cursor.on_page(page.index[due].offset);
  if (due == 0) return;
  counters_.replayed += due;
  const std::string_view frames = page.frames.view().substr(0, page.index[due - 1].end);
  subscriber->owner->send_frames(SharedBytes(std::string(frames)));
}

// How many of the page's events may be told by now; and when the next one may.
std::size_t Hub::count_due(Subscriber& subscriber, const RenderedPage& page) {
  if (page.index.empty()) return 0;
  constexpr std::int64_t kMicrosPerMs = 1000;
  const std::uint64_t now_ms = host_.now_ms();
  const std::uint32_t speed = subscriber.audience->interest->speed;
  Pace& pace = subscriber.pace;
  if (!pace.base) pace.base = page.index.front().recorded;
  if (pace.base_ms == 0) pace.base_ms = now_ms;
  for (std::size_t i = 0; i < page.index.size(); ++i) {
    const std::int64_t later_us = page.index[i].recorded.value() - pace.base->value();
    const std::uint64_t later_ms =
        static_cast<std::uint64_t>(std::max<std::int64_t>(later_us, 0) / kMicrosPerMs) / speed;
    pace.not_before_ms = pace.base_ms + later_ms;
    if (pace.not_before_ms > now_ms) return i;
  }
  return page.index.size();
}

bool Hub::waits_for_its_time(SubscriberId id, Subscriber& subscriber) {
  if (subscriber.audience->interest->speed == 0) return false;
  const std::uint64_t now_ms = host_.now_ms();
  if (subscriber.pace.not_before_ms <= now_ms) return false;
  if (!subscriber.is_woken) {
    subscriber.is_woken = true;
    host_.wake_after(id, std::min(subscriber.pace.not_before_ms - now_ms, kWakeMsMax));
  }
  return true;
}

// Else what it falls behind by would be told at the pace of the past.
void Hub::end_pace(Subscriber& subscriber) {
  Audience& audience = *subscriber.audience;
  if (audience.interest->speed == 0) return;
  subscriber.pace.is_over = true;
  subscriber.audience = &join_audience(without_speed(audience.interest));
  leave_audience(audience);
}

void Hub::on_wake(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  subscriber->is_woken = false;
  advance(id);
}

Pace Hub::pace_of(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  return subscriber == nullptr ? Pace() : subscriber->pace;
}

void Hub::on_read_failed(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  subscriber->cursor.on_read_failed();
  subscriber->owner->on_read_failed();
}

void Hub::tell(Subscriber& subscriber, const protocol::ServerMessage& message) {
  std::string bytes;
  subscriber.audience->interest->wire->append_message(bytes, message);
  if (!bytes.empty()) subscriber.owner->send_frames(SharedBytes(std::move(bytes)));
}

void Hub::tell_gap(Subscriber& subscriber, OffsetRange range) {
  ++counters_.gaps;
  tell(subscriber, protocol::Gap{subscriber.audience->interest->sub, "expired",
                                 format_position(epoch_, range.begin),
                                 format_position(epoch_, previous(range.end))});
}

}  // namespace courtside
