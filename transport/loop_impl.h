// The inside of a Loop, for transport's own files. libuv's types stay in loop.cc and
// socket_watcher.cc. Threads: the loop's, except what loop.h says.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "transport/flush_schedule.h"
#include "transport/loop.h"
#include "transport/timer_wheel.h"

struct uv_loop_s;

namespace courtside {

struct ConnectionLimits;

// Something to be done at the end of the turn rather than within somebody's call.
class TurnTask {
 public:
  virtual ~TurnTask() = default;
  virtual void run_turn_task() = 0;

 private:
  friend class TurnTasks;
  bool waits_ = false;
};

// Each task once; what is added while they run waits for the next turn.
class TurnTasks {
 public:
  void add(TurnTask& task);
  void remove(TurnTask& task);
  void run();
  bool empty() const { return waiting_.empty(); }

 private:
  std::vector<TurnTask*> waiting_;
  std::vector<TurnTask*> running_;
};

struct Loop::Impl {
  static constexpr std::size_t kReadBufferBytes = 64 * 1024;

  Impl();
  ~Impl();

  uv_loop_s* uv();
  std::uint64_t now_ms() const;

  // Somebody's callback runs: there is something to end the turn for.
  void note_activity() { active = true; }
  void end_turn();

  // The same limits are kept once for all connections that have them.
  std::shared_ptr<const ConnectionLimits> share(const ConnectionLimits& limits);

  // One per loop, for the read that is going on.
  char* read_buffer() { return read_buffer_.get(); }

  FlushSchedule flushes;
  TurnTasks tasks;
  TimerWheel timers;
  std::function<void()> on_wake;
  std::function<void()> on_turn_end;
  std::size_t watcher_count = 0;  // sockets that are watched: connections and listeners
  bool woken = false;
  bool active = false;
  bool waited_enough = false;  // of run_turn()
  std::atomic<bool> stop_requested = false;

  struct Uv;
  std::unique_ptr<Uv> handles;

  void arm_wheel();
  void fire_timers();
  void sample_busy(std::uint64_t now_ns);
  double busy = 0;

 private:
  void arm_next_turn();

  std::unique_ptr<char[]> read_buffer_;
  std::shared_ptr<const ConnectionLimits> limits_;
  std::uint64_t sampled_at_ns_ = 0;
  std::uint64_t sampled_idle_ns_ = 0;
};

}  // namespace courtside
