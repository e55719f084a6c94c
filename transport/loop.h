// One libuv loop on one thread: what every connection, timer and mailbox of a shard runs on.
//
// A turn: read -> handlers -> mailboxes -> flush what became dirty. Everything but wake() and
// request_stop() belongs to the loop's thread (from run() on; before that, to the constructor's).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/strong_id.h"

namespace courtside {

using TimerId = StrongId<struct TimerTag, std::uint64_t>;

class Loop {
 public:
  Loop();
  // REQUIRES: every Connection and Listener of this loop is gone; that no handle is left is
  // checked. Timers that are still armed never fire.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Called on the loop after wake(), at most once per burst: empty the mailboxes here.
  void set_on_wake(std::function<void()> on_wake);
  // Called at the end of every turn in which anything happened, before the connections are flushed.
  void set_on_turn_end(std::function<void()> on_turn_end);

  // Runs until request_stop(); then returns when every connection and listener is closed.
  void run();
  // One turn, which waits for something to happen for at most `wait_ms_max`. For tests and tools.
  void run_turn(std::uint64_t wait_ms_max);
  void request_stop();  // threads: any
  void wake();          // threads: any; cheap

  // Calls `fire` once, after at least `delay_ms`, to the granularity of the timer wheel
  // (kTimerTickMs). Timers are cheap: arm one per connection.
  TimerId start_timer(std::uint64_t delay_ms, std::function<void()> fire);
  // Does nothing when it has fired or was cancelled.
  void cancel_timer(TimerId id);

  static constexpr std::uint64_t kTimerTickMs = 20;

  // How long a pass over many connections may keep the next one waiting (Connection::send_paced),
  // at most and unless set otherwise: as long as the pass itself took, so at least half of the
  // loop's time is left for all else. 0: no pause.
  static constexpr std::uint64_t kFlushPauseMaxUs = 5'000;
  void set_flush_pause_max_us(std::uint64_t pause_us);

  // Milliseconds of a steady clock, read once per turn.
  std::uint64_t now_ms() const;
  // Share of the recent past that the loop was at work, 0 to 1.
  double busy() const;

  struct Impl;  // transport's own
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace courtside
