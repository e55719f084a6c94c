// The server's EventLoop: one libuv loop on one thread.
//
// Threads: see EventLoop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "transport/event_loop.h"

namespace courtside {

class LoopCore;

class Loop final : public EventLoop {
 public:
  // Throws std::system_error, as std::thread does, when the system has no resources for a loop.
  Loop();
  // REQUIRES: every Connection and Listener of this loop is destroyed (this is checked). Armed
  // timers never fire.
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void set_on_wake(std::function<void()> on_wake) override;
  void set_on_turn_end(std::function<void()> on_turn_end) override;

  void run() override;
  // Runs one turn, waiting at most `wait_ms_max` for something to happen. For tests and tools.
  void run_turn(std::uint64_t wait_ms_max);
  void request_stop() override;
  void wake() override;

  // With the granularity of the timer wheel (kTimerTickMs). Timers are cheap: one per connection is
  // fine.
  TimerId start_timer(std::uint64_t delay_ms, std::function<void()> fire) override;
  void cancel_timer(TimerId id) override;

  // FlushSchedule::kPauseMaxUs unless it is set.
  void set_flush_pause_max_us(std::uint64_t pause_us) override;

  std::uint64_t now_ms() const override;
  // The share of the recent past in which the loop was working, 0 to 1.
  double busy() const;

  LoopCore& core() { return *core_; }  // internal to transport/

 private:
  std::unique_ptr<LoopCore> core_;
};

}  // namespace courtside
