// The internals of a Loop, for the files of transport/ only. libuv's types stay in loop_core.cc,
// loop.cc and socket_watcher.cc. Threads: the loop's, except where loop.h allows others.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/flush_schedule.h"
#include "transport/timer_wheel.h"

struct uv_loop_s;

namespace courtside {

struct ConnectionLimits;

// A task that runs at the end of the turn instead of within a call.
class TurnTask {
 public:
  virtual ~TurnTask() = default;
  virtual void run_turn_task() = 0;

 private:
  friend class TurnTasks;
  bool waits_ = false;
};

// Runs each task once; tasks added meanwhile wait for the next turn.
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

class LoopCore {
 public:
  static constexpr std::size_t kReadBufferBytes = 64 * 1024;

  // Throws std::system_error, as std::thread does, when the system has no resources for a loop.
  LoopCore();
  ~LoopCore();

  uv_loop_s* uv();
  // Adds the descriptor to the loop's epoll set, before libuv does. The kernel may refuse (ENOSPC:
  // fs.epoll.max_user_watches; ENOMEM), and libuv would then end the process. A descriptor that is
  // already in the set is only changed, which cannot fail. Returns 0 or the errno.
  int add_to_poll(int fd);
  void wake();  // threads: any
  std::uint64_t now_ms() const;

  // Called by every callback: the turn has work, so it must be ended.
  void note_activity() { active = true; }
  void end_turn();

  // Connections with equal limits share one copy.
  std::shared_ptr<const ConnectionLimits> share(const ConnectionLimits& limits);

  // One buffer per loop, for the current read.
  char* read_buffer() { return read_buffer_.get(); }
  // Likewise of TLS: what was decrypted, and what is to be encrypted. They are apart, because an
  // owner may flush while it takes its bytes.
  std::string tls_input;
  std::string tls_record;

  FlushSchedule flushes;
  TurnTasks tasks;
  TimerWheel timers;
  std::function<void()> on_wake;
  std::function<void()> on_turn_end;
  std::size_t watcher_count = 0;  // watched sockets: connections and listeners
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
