// The sequencer of a single machine: one thread that takes all waiting commands, folds them, writes
// them with one sync, and notifies the listener. More commands gather during the sync, so batches
// grow with the load, and light load has no added delay.
//
// It also applies retention: each check computes where the log should begin and sequences a Drop.
//
// Threads: submit from any; everything else on its own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/duration_histogram.h"
#include "base/time.h"
#include "eventlog/sequencer.h"
#include "eventlog/sequencer/event_log.h"

namespace courtside {

struct SequencerOptions {
  std::size_t pending_bytes_max = 64 << 20;  // of waiting commands; more are refused
  std::size_t batch_events_max = 4096;  // in one group commit (a larger command is committed alone)
  std::size_t batch_bytes_max = 4 << 20;
  std::uint64_t retention_bytes = 0;  // of records; 0: no limit
  std::uint64_t retention_age_s = 0;  // 0: no limit
  std::uint32_t retention_check_ms = 1000;
  Timestamp (*clock)() = &now;  // the source of recorded times
};

struct SequencerCounters {
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;  // appends: the disk is full or read-only, or damaged
  std::uint64_t dropped = 0;
  DurationHistogram::Counts commit_times;  // in EventLog::commit
  std::uint64_t pending_bytes = 0;
  std::uint64_t clock_behind_us = 0;  // behind the last event's recorded time; 0: not behind
};

class LocalSequencer : public Sequencer {
 public:
  // REQUIRES: `log` outlives it. Commands may be submitted immediately; they wait until start().
  static std::unique_ptr<LocalSequencer> make(EventLog& log, const SequencerOptions& options);

  // Starts the log thread. It may commit immediately, because retention makes drops without any
  // command. REQUIRES: the listener is ready and outlives the thread; called once.
  virtual void start(CommitListener& listener) = 0;

  // Commits the waiting commands, then ends the thread if it was started. The destructor calls it.
  virtual void stop() = 0;

  virtual SequencerCounters counters() const = 0;
};

}  // namespace courtside
