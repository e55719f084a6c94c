#include "eventlog/sequencer/pending_commands.h"

#include <iterator>
#include <utility>

#include "base/time.h"

namespace courtside {

std::size_t pending_bytes(const Command& command) {
  std::size_t bytes = sizeof(Command);
  if (const auto* append = std::get_if<Append>(&command)) {
    for (const NewEvent& event : append->events) {
      bytes += sizeof(NewEvent) + event.event.size();
      for (const std::string& channel : event.channels)
        bytes += sizeof(std::string) + channel.size();
    }
    if (append->step) {
      for (const SourceNote& note : append->step->notes) {
        bytes += sizeof(SourceNote) + note.key.size() + note.value.size();
      }
    }
  }
  return bytes;
}

bool PendingCommands::submit(Command& command) {
  const std::size_t size = pending_bytes(command);
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || (bytes_ > 0 && bytes_ + size > bytes_max_)) return false;
    bytes_ += size;
    commands_.push_back(std::move(command));
    if (commands_.size() > 1) return true;  // the log thread was notified of the first
    first_us_ = steady_us();
  }
  arrived_.notify_one();
  return true;
}

bool PendingCommands::take(std::deque<Command>& out,
                           std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (out.empty()) {
    arrived_.wait_until(lock, deadline, [this] { return !commands_.empty() || closed_; });
    out.swap(commands_);
  } else {
    std::move(commands_.begin(), commands_.end(), std::back_inserter(out));
    commands_.clear();
  }
  taken_first_us_ = first_us_;
  return !closed_;
}

void PendingCommands::done(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ -= bytes;
}

void PendingCommands::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_one();
}

std::size_t PendingCommands::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace courtside
