// Many timers for the price of one: a ring of slots, each a list of the timers that fall due in
// that tick of this round or a later one. Starting and cancelling cost a few nanoseconds (a heap's
// cost a microsecond at 100,000 timers), and nothing of a cancelled timer stays behind.
//
// Does no I/O: the loop says what time it is. Threads: the loop's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "transport/loop.h"

namespace courtside {

class TimerWheel {
 public:
  explicit TimerWheel(std::uint64_t now_ms);

  // Fires once, in the first advance() to now_ms + delay_ms or later, by the granularity of a tick.
  TimerId start(std::uint64_t now_ms, std::uint64_t delay_ms, std::function<void()> fire);
  void cancel(TimerId id);

  // Fires what is due, in order of the ticks; a timer may start and cancel others.
  void advance(std::uint64_t now_ms);

  // When to call advance() next; empty without timers. Sometimes nothing is due then: a timer of a
  // later round lies in that slot.
  std::optional<std::uint64_t> next_ms() const;

  std::size_t size() const { return count_; }

 private:
  static constexpr std::size_t kSlots = 512;  // 10 s a round
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Timer {
    std::function<void()> fire;
    std::uint64_t due_tick = 0;
    std::uint32_t generation = 1;  // told apart from the timers that had this place before
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
  std::uint64_t current_tick_;  // everything up to it has fired
};

}  // namespace courtside
