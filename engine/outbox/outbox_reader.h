// Reads one outbox into the log, on its own thread, as long as the server runs.
//
//   connect -> begin -> step, wait, step ... -> (connection lost) pause, connect ...
//
// While there are rows it reads every poll_min, after a full page at once; while there are none it
// slows down to poll_max. On a notification of the database it reads at once, and soon again if it
// finds nothing: the notifying transaction has committed, but an older one may still be open. An
// unreachable database is retried after a random pause of at most kPauseMaxMs, a refused one of at
// most kRefusedPauseMs.
//
// Threads: construct, stop and destroy it on one thread; status() and check_overdue() on any.
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

  // Starts the thread. `log` must outlive it; `wake` must be used by nothing else.
  OutboxReader(const OutboxSettings& settings, MakeOutboxSource make_source, OutboxLog& log,
               std::unique_ptr<WakeEvent> wake);
  ~OutboxReader();
  OutboxReader(const OutboxReader&) = delete;
  OutboxReader& operator=(const OutboxReader&) = delete;

  // Asks the thread to end; does not wait.
  void ask_to_stop();
  // Waits until the thread has ended and its current append is done or failed. While it connects
  // this takes a few seconds at most. REQUIRES: the log still answers.
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
  const std::unique_ptr<WakeEvent> wake_;  // raised once when it stops
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;
  OutboxStatus published_;                 // guarded by mutex_
  OutboxSource* interruptible_ = nullptr;  // guarded by mutex_

  // Used by the thread only.
  OutboxStatus status_;
  std::uint64_t next_watch_ms_ = 0;
  std::string last_said_;
  std::string last_said_of_watch_;
  // The oldest transaction at the last check, when it was first seen, and the last one that was
  // logged.
  std::uint64_t oldest_ = 0;
  std::uint64_t oldest_since_ms_ = 0;
  std::uint64_t warned_ = 0;

  std::thread thread_;  // last member: it uses all of the above
};

}  // namespace courtside
