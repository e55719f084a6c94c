// Feeds the budget with the process's memory four times a second, trims when it advises to, and
// logs when new work is refused and when it is accepted again.
//
// Threads: its loop's. A figure costs about 2 us.
#pragma once

#include "engine/admission/memory_budget.h"
#include "transport/event_loop.h"

namespace courtside {

class MemoryWatch {
 public:
  static constexpr std::uint64_t kIntervalMs = 250;

  // Both must outlive it, and the loop must not run afterwards.
  MemoryWatch(EventLoop& loop, MemoryBudget& budget) : loop_(loop), budget_(budget) {}

  void start() { look(); }

 private:
  void look();

  EventLoop& loop_;
  MemoryBudget& budget_;
};

}  // namespace courtside
