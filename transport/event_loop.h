// The event loop of one thread. Connections, timers and mailboxes of a shard run on it. The server
// uses Loop (loop.h); the simulation has an implementation of its own.
//
// A turn: timers -> read -> handlers -> on_wake -> on_turn_end -> flush what became dirty.
//
// Threads: wake() and request_stop() from any; the rest from the loop's thread once run() was
// called, and before that from the thread of the constructor.
#pragma once

#include <cstdint>
#include <functional>

#include "transport/timer.h"

namespace courtside {

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  // Called on the loop after wake(), at most once per burst: empty the mailboxes here.
  virtual void set_on_wake(std::function<void()> on_wake) = 0;
  // Called at the end of every turn in which something happened, before the connections are
  // flushed.
  virtual void set_on_turn_end(std::function<void()> on_turn_end) = 0;

  // Runs until request_stop() and until every connection and listener is closed.
  virtual void run() = 0;
  virtual void request_stop() = 0;  // threads: any
  virtual void wake() = 0;          // threads: any; cheap

  // Calls `fire` once, after at least `delay_ms`.
  virtual TimerId start_timer(std::uint64_t delay_ms, std::function<void()> fire) = 0;
  // Does nothing when the timer has fired or was cancelled.
  virtual void cancel_timer(TimerId id) = 0;

  // The longest time that a pass over many connections may delay the next one
  // (Connection::send_paced). The delay is at most the duration of the pass itself, so at least
  // half of the loop's time is left for other work. 0: no delay.
  virtual void set_flush_pause_max_us(std::uint64_t pause_us) = 0;

  // Milliseconds of a steady clock, read once per turn.
  virtual std::uint64_t now_ms() const = 0;
};

}  // namespace courtside
