// The commands that wait for the log thread: a queue from many threads to one, bounded in bytes. A
// command counts until it is committed, so the bound covers all commands without a verdict yet.
//
// Threads: submit, bytes and close on any; the others on the log thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "schema/command.h"

namespace courtside {

// The approximate size of a command in memory.
std::size_t pending_bytes(const Command& command);

class PendingCommands {
 public:
  explicit PendingCommands(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Returns false and leaves the command unchanged when it does not fit or the queue is closed. An
  // empty queue accepts any one command.
  [[nodiscard]] bool submit(Command& command);

  // Appends everything that waits to `out`. If nothing waits and `out` is empty, it waits for a
  // command, for close(), or until `deadline`. False once closed.
  bool take(std::deque<Command>& out, std::chrono::steady_clock::time_point deadline);

  // steady_us() when the first of the commands of the last take() was submitted. Log thread only.
  std::uint64_t first_us() const { return taken_first_us_; }

  // Releases the bytes of commands that were taken and are now committed.
  void done(std::size_t bytes);

  void close();
  std::size_t bytes() const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Command> commands_;
  std::size_t bytes_ = 0;
  std::uint64_t first_us_ = 0;  // of commands_
  std::uint64_t taken_first_us_ = 0;
  bool closed_ = false;
};

}  // namespace courtside
