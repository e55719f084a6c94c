// Reads one outbox into the log, on a thread of its own, for as long as the server lives.
//
//   connect -> begin -> step, wait, step ... -> (connection lost) pause, connect ...
//
// It reads again poll_min after the last read began while there is something, a full page at once,
// and slows down to poll_max while there is nothing. Where the database calls, it looks at once,
// and again soon where it then finds nothing: whoever called has committed, but an older
// transaction may still be open. A database that is not there is tried again with a random pause
// of at most kPauseMaxMs, one that was refused every kRefusedPauseMs.
//
// Threads: made, stopped and destroyed by one; status() and check_overdue() any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/config/outbox_settings.h"
#include "engine/outbox/outbox_log.h"
#include "engine/outbox/outbox_source.h"
#include "engine/outbox/outbox_status.h"
#include "engine/outbox/wake_event.h"

namespace courtside {

class OutboxFeed;

class OutboxReader {
 public:
  static constexpr std::uint64_t kPauseMaxMs = 1000;
  static constexpr std::uint64_t kRefusedPauseMs = 5000;

  // `log` outlives it; `wake` is nobody else's. Starts the thread.
  OutboxReader(const OutboxSettings& settings, MakeOutboxSource make_source, OutboxLog& log,
               std::unique_ptr<WakeEvent> wake);
  ~OutboxReader();
  OutboxReader(const OutboxReader&) = delete;
  OutboxReader& operator=(const OutboxReader&) = delete;

  // Tells the thread to end.
  void ask_to_stop();
  // Waits for its end, with what it was about to append appended, or not; also while it connects,
  // which takes a few seconds at most. REQUIRES: the log still answers.
  void stop();

  OutboxStatus status() const;

  // OutboxSource::check_overdue.
  void check_overdue();

 private:
  class Pace;

  void run();
  Result<void> serve(OutboxSource& source);
  void on_reading(const std::string& from);
  Result<void> watch_if_due(OutboxFeed& feed);
  void say_of_watch(const std::string& message);
  void watch_oldest();
  void hold_source(OutboxSource* source);
  void say(const Error& error);
  void pause(std::uint64_t ms);
  void publish();

  const OutboxSettings settings_;
  const MakeOutboxSource make_source_;
  OutboxLog& log_;
  const std::unique_ptr<WakeEvent> wake_;  // raised once it stops
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;
  OutboxStatus published_;                 // guarded by mutex_
  OutboxSource* interruptible_ = nullptr;  // guarded by mutex_

  // The thread's own.
  OutboxStatus status_;
  std::uint64_t next_watch_ms_ = 0;
  std::string last_said_;
  std::string last_said_of_watch_;
  // The oldest transaction at the last look, when it was first seen, and the one that was told.
  std::uint64_t oldest_ = 0;
  std::uint64_t oldest_since_ms_ = 0;
  std::uint64_t warned_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace courtside
