// A ring of slots for many timers. Each slot lists the timers that are due in its tick, in this
// round or a later one. Starting and cancelling cost a few nanoseconds (a heap costs a microsecond
// at 100,000 timers), and a cancelled timer leaves nothing behind.
//
// Does no I/O: the loop passes the time. Threads: the loop's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "transport/timer.h"

namespace courtside {

class TimerWheel {
 public:
  explicit TimerWheel(std::uint64_t now_ms);

  // Fires once, in the first advance() to now_ms + delay_ms or later, with the granularity of a
  // tick.
  TimerId start(std::uint64_t now_ms, std::uint64_t delay_ms, std::function<void()> fire);
  void cancel(TimerId id);

  // Fires the due timers in the order of their ticks; a timer may start and cancel others.
  void advance(std::uint64_t now_ms);

  // The time for the next advance(); empty without timers. Then possibly nothing is due, because
  // the slot's timer belongs to a later round.
  std::optional<std::uint64_t> next_ms() const;

  std::size_t size() const { return count_; }

 private:
  static constexpr std::size_t kSlots = 512;  // 10 s a round
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Timer {
    std::function<void()> fire;
    std::uint64_t due_tick = 0;
    std::uint32_t generation = 1;  // differs from that of earlier timers with this index
    std::uint32_t next = kNone;    // in its slot, or in the free list
    std::uint32_t previous = kNone;
  };

  TimerId id_of(std::uint32_t index) const;
  std::optional<std::uint32_t> find(TimerId id) const;
  std::uint32_t take_place();
  void release(std::uint32_t index);
  void collect_due(std::size_t slot, std::uint64_t now_tick, std::vector<TimerId>& due) const;

  std::vector<Timer> timers_;
  std::array<std::uint32_t, kSlots> heads_;
  std::uint32_t free_ = kNone;
  std::size_t count_ = 0;
  std::uint64_t current_tick_;  // all timers up to it have fired
};

}  // namespace courtside
