// The commands that wait for the log thread: a queue from many threads to one, bounded in bytes. It
// counts a command until it is committed, so the bound holds for all that the log has been given
// and not yet answered.
//
// Threads: submit and bytes on any; the others on the log thread, close on any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "schema/command.h"

namespace courtside {

// What a command holds in memory, about.
std::size_t pending_bytes(const Command& command);

class PendingCommands {
 public:
  explicit PendingCommands(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // False, and the command untouched, when it would not fit or the queue is closed. An empty queue
  // takes any one command.
  [[nodiscard]] bool submit(Command& command);

  // Moves everything that waits to the end of `out`. When nothing does, and `out` is empty, it
  // waits for a command, for close(), or until `deadline`. False once closed.
  bool take(std::deque<Command>& out, std::chrono::steady_clock::time_point deadline);

  // Commands of this many bytes, taken before, are done with.
  void done(std::size_t bytes);

  void close();
  std::size_t bytes() const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Command> commands_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace courtside
