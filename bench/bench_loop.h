// The one loop of a benchmark: many sockets, and a schedule that is kept to the microsecond.
//
// Not transport's Loop, whose timers tick every 20 ms: an open-loop publisher has to send each
// event at its time, or the delay of its own clock would look like the server's.
//
// A turn: wait -> sockets that are ready -> the schedule -> flush what was written to.
//
// Threads: one; everything here belongs to it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

// Nanoseconds of the steady clock.
std::uint64_t steady_ns();

class BenchLoop {
 public:
  // Whoever owns a socket. It is not destroyed from within a turn.
  class Watcher {
   public:
    virtual void on_ready(bool readable, bool writable) = 0;
    virtual void flush() = 0;

   protected:
    ~Watcher() = default;
  };

  // A run ends with an error when nothing useful came for so long.
  static constexpr std::uint64_t kStallMsMax = 30'000;

  BenchLoop();
  ~BenchLoop();
  BenchLoop(const BenchLoop&) = delete;
  BenchLoop& operator=(const BenchLoop&) = delete;

  void add(int fd, Watcher& watcher, bool read, bool write);
  void change(int fd, Watcher& watcher, bool read, bool write);
  void remove(int fd, Watcher& watcher);

  // Calls watcher.flush() at the end of this turn, or of the next one. Once a turn is enough.
  void flush_later(Watcher& watcher) { to_flush_.push_back(&watcher); }

  // Calls `due(now_ns)` as soon as the clock comes to what it answered last, at first at once; an
  // empty answer ends the schedule. There is one at a time.
  using Schedule = std::function<std::optional<std::uint64_t>(std::uint64_t now_ns)>;
  void set_schedule(Schedule due);

  // Turns until done(). Ends with the error that fail() was called with, or with `timeout` when
  // nothing was noted for kStallMsMax; its message then asks for `what`.
  Result<void> run_until(const std::function<bool()>& done, std::string_view what);
  // Turns for so long.
  Result<void> run_for(std::uint64_t ms);

  // Something came that a run may be waiting for: heartbeats are nothing.
  void note_progress() { progress_ns_ = now_ns_; }
  // The first error ends the run.
  void fail(Error error);

  // When this turn's sockets were found ready: about when their bytes came.
  std::uint64_t now_ns() const { return now_ns_; }
  // For reading from any socket, one after the other.
  std::string& scratch() { return scratch_; }

 private:
  Result<void> turn(std::uint64_t wait_ns_max);
  void flush_all();

  const int epoll_;
  std::uint64_t now_ns_;
  std::uint64_t progress_ns_;
  Schedule schedule_;
  std::optional<std::uint64_t> due_ns_;
  std::vector<Watcher*> to_flush_;
  std::vector<Watcher*> flushing_;
  std::optional<Error> failure_;
  std::string scratch_;
};

}  // namespace courtside
