#include "transport/timer_wheel.h"

#include <algorithm>
#include <utility>

namespace courtside {

TimerWheel::TimerWheel(std::uint64_t now_ms) : current_tick_(now_ms / kTimerTickMs) {
  heads_.fill(kNone);
}

TimerId TimerWheel::start(std::uint64_t now_ms, std::uint64_t delay_ms,
                          std::function<void()> fire) {
  const std::uint32_t index = take_place();
  Timer& timer = timers_[index];
  timer.fire = std::move(fire);
  // Rounded up, so it never fires early; and never into a tick whose slot has been visited already.
  timer.due_tick =
      std::max((now_ms + delay_ms + kTimerTickMs - 1) / kTimerTickMs, current_tick_ + 1);
  std::uint32_t& head = heads_[timer.due_tick % kSlots];
  timer.previous = kNone;
  timer.next = head;
  if (head != kNone) timers_[head].previous = index;
  head = index;
  ++count_;
  return id_of(index);
}

void TimerWheel::cancel(TimerId id) {
  if (const auto index = find(id)) release(*index);
}

void TimerWheel::advance(std::uint64_t now_ms) {
  const std::uint64_t now_tick = now_ms / kTimerTickMs;
  if (now_tick <= current_tick_) return;
  std::vector<TimerId> due;
  // After a long sleep, one round over all slots is enough.
  const std::uint64_t ticks = std::min<std::uint64_t>(now_tick - current_tick_, kSlots);
  for (std::uint64_t tick = now_tick - ticks + 1; tick <= now_tick; ++tick) {
    collect_due(tick % kSlots, now_tick, due);
  }
  current_tick_ = now_tick;
  for (const TimerId id : due) {
    const auto index = find(id);
    if (!index) continue;  // cancelled by a timer that fired before it
    const std::function<void()> fire = std::move(timers_[*index].fire);
    release(*index);
    fire();
  }
}

std::optional<std::uint64_t> TimerWheel::next_ms() const {
  if (count_ == 0) return std::nullopt;
  std::uint64_t tick = current_tick_ + 1;
  while (heads_[tick % kSlots] == kNone) ++tick;  // terminates: some slot has a timer
  return tick * kTimerTickMs;
}

TimerId TimerWheel::id_of(std::uint32_t index) const {
  return TimerId(std::uint64_t{timers_[index].generation} << 32 | index);
}

std::optional<std::uint32_t> TimerWheel::find(TimerId id) const {
  const auto index = static_cast<std::uint32_t>(id.value());
  if (index >= timers_.size()) return std::nullopt;
  if (timers_[index].generation != id.value() >> 32) return std::nullopt;
  return index;
}

std::uint32_t TimerWheel::take_place() {
  if (free_ == kNone) {
    timers_.emplace_back();
    return static_cast<std::uint32_t>(timers_.size() - 1);
  }
  const std::uint32_t index = free_;
  free_ = timers_[index].next;
  return index;
}

// REQUIRES: the timer is in its slot.
void TimerWheel::release(std::uint32_t index) {
  Timer& timer = timers_[index];
  if (timer.next != kNone) timers_[timer.next].previous = timer.previous;
  if (timer.previous != kNone) {
    timers_[timer.previous].next = timer.next;
  } else {
    heads_[timer.due_tick % kSlots] = timer.next;
  }
  timer.fire = nullptr;
  if (++timer.generation == 0) timer.generation = 1;  // 0 is never a valid id
  timer.next = free_;
  free_ = index;
  --count_;
}

void TimerWheel::collect_due(std::size_t slot, std::uint64_t now_tick,
                             std::vector<TimerId>& due) const {
  const auto begin = static_cast<std::ptrdiff_t>(due.size());
  for (std::uint32_t index = heads_[slot]; index != kNone; index = timers_[index].next) {
    if (timers_[index].due_tick <= now_tick) due.push_back(id_of(index));
  }
  std::reverse(due.begin() + begin, due.end());  // the newest is at the head; fire the oldest first
}

}  // namespace courtside
