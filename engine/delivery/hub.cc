#include "engine/delivery/hub.h"

#include <memory>
#include <utility>

namespace courtside {
namespace {

SharedInterest without_speed(const SharedInterest& interest) {
  if (interest->speed == 0) return interest;
  auto unpaced = std::make_shared<Interest>(*interest);
  unpaced->speed = 0;
  return unpaced;
}

}  // namespace

Hub::Hub(std::string epoch, OffsetRange held, const Projections& projections, HubHost& host)
    : epoch_(std::move(epoch)),
      held_(held),
      host_(host),
      pacer_(host),
      fan_out_(epoch_, held.end, subscribers_, projections, host, counters_) {}

SubscriberId Hub::add(SubscriberOwner& owner, SharedInterest interest, Offset next, Pace pace) {
  if (pace.is_over) interest = without_speed(interest);
  return subscribers_.add(owner, std::move(interest), Subscription(next, held_), pace);
}

void Hub::remove(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  host_.forget_page(id);
  if (fan_out_.is_running()) {
    // The audience's members are being walked through: only silence it, and clean up afterwards.
    subscriber->owner = nullptr;
    fan_out_.erase_later(id);
    return;
  }
  subscribers_.erase(id);
}

void Hub::suspend(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  const bool was_live = subscriber->cursor.live();
  if (was_live) subscribers_.detach(*subscriber);
  const Offset here = fan_out_.handed_out();
  subscriber->cursor.suspend(here);
  if (was_live) {
    send_message(*subscriber,
                 protocol::Behind{subscriber->audience->interest->sub, position_before(here)});
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

std::string Hub::reader_key(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return {};
  return subscriber->owner->reader_key();
}

bool Hub::live(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  return subscriber != nullptr && subscriber->cursor.live();
}

Pace Hub::pace_of(SubscriberId id) {
  const Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return {};
  Pace pace = subscriber->pace;
  pace.is_wake_asked = false;  // that wake is for this subscriber only
  return pace;
}

void Hub::on_wake(SubscriberId id) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  subscriber->pace.is_wake_asked = false;
  advance(id);
}

void Hub::on_commit(const Batch& batch, std::span<const std::size_t> barriers) {
  held_ = {.begin = batch.first_held, .end = batch.range.empty() ? held_.end : batch.range.end};
  fan_out_.run(batch, held_, barriers);
  for (const SubscriberId id : fan_out_.take_to_erase()) remove(id);
  for (const SubscriberId id : fan_out_.take_to_advance()) advance(id);
  for (const SubscriberId id : std::exchange(ahead_, {})) advance(id);
}

// ---------------------------------------------------------------------------------------------
// Catching up.

void Hub::advance(SubscriberId id) {
  if (fan_out_.is_running()) {
    // A socket may drain while a commit is being handed out. Going live in the middle of it would
    // hand out the rest twice.
    fan_out_.advance_later(id);
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
  const SharedInterest interest = subscriber->audience->interest;
  if (interest->speed > 0 && pacer_.is_early(id, subscriber->pace)) return false;
  Subscription& cursor = subscriber->cursor;
  cursor.on_commit({held_.end, held_.end}, held_);
  cursor.on_congestion(subscriber->owner->congested());
  const Step step = cursor.next_step();
  switch (step.kind) {
    case Step::Kind::kGap: send_gap(*subscriber, step.range); return true;
    case Step::Kind::kGoLive: go_live(id, *subscriber, step.range.begin); return false;
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

void Hub::go_live(SubscriberId id, Subscriber& subscriber, Offset from) {
  const SharedInterest interest = subscriber.audience->interest;
  if (interest->speed > 0) {
    // Else what it falls behind by would be sent at the pace of the past.
    subscriber.pace.is_over = true;
    subscribers_.change_interest(subscriber, without_speed(interest));
  }
  subscribers_.attach(id, subscriber);
  send_message(subscriber, protocol::Live{interest->sub, position_before(from)});
}

void Hub::on_page(SubscriberId id, const RenderedPage& page) {
  accept_page(id, page);
  advance(id);
}

void Hub::accept_page(SubscriberId id, const RenderedPage& page) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  const Step step = subscriber->cursor.on_page_read(page.covered);
  if (step.kind == Step::Kind::kGap) send_gap(*subscriber, step.range);
  subscriber = subscribers_.find(id);
  if (subscriber == nullptr) return;
  const std::size_t due =
      pacer_.count_due(subscriber->pace, subscriber->audience->interest->speed, page);
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

void Hub::on_read_failed(SubscriberId id, const Error& error) {
  Subscriber* subscriber = subscribers_.find(id);
  if (subscriber == nullptr || subscriber->owner == nullptr) return;
  subscriber->cursor.on_read_failed();
  subscriber->owner->on_read_failed(id, error);
}

void Hub::send_gap(const Subscriber& subscriber, OffsetRange range) {
  ++counters_.gaps;
  send_message(subscriber,
               protocol::Gap{subscriber.audience->interest->sub, "expired",
                             format_position(epoch_, range.begin), position_before(range.end)});
}

}  // namespace courtside
