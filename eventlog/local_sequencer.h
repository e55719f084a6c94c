// The sequencer of a single machine: one thread that takes all commands that wait, folds them,
// writes them with one sync, and tells the listener. While it syncs, more gather: so batches grow
// with the load and nothing is delayed when it is light.
//
// It also runs retention: every check it computes where the log should begin and sequences a Drop.
//
// Threads: submit from any; everything else on its own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/time.h"
#include "eventlog/event_log.h"
#include "eventlog/sequencer.h"

namespace courtside {

struct SequencerOptions {
  std::size_t pending_bytes_max = 64 << 20;  // of commands that wait; more are refused
  std::size_t batch_events_max = 4096;       // in one group commit (a larger command goes alone)
  std::size_t batch_bytes_max = 4 << 20;
  std::uint64_t retention_bytes = 0;  // of records; 0: keep all
  std::uint64_t retention_age_s = 0;  // 0: keep all
  std::uint32_t retention_check_ms = 1000;
  Timestamp (*clock)() = &now;  // what recorded times come from
};

struct SequencerCounters {
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t dropped = 0;
  std::uint64_t sync_us = 0;  // spent in EventLog::commit, added up
  std::uint64_t pending_bytes = 0;
  std::uint64_t clock_behind_us = 0;  // the clock behind the last event; 0: it is not
};

class LocalSequencer : public Sequencer {
 public:
  // `log` outlives it. Commands may be submitted at once; they wait until start().
  static std::unique_ptr<LocalSequencer> make(EventLog& log, const SequencerOptions& options);

  // Starts the log thread. It may commit at once, retention's drops without any command: the
  // listener must be complete by now, and outlives the thread. Call it once.
  virtual void start(CommitListener& listener) = 0;

  // Commits what waits, then ends the thread, if it was started. The destructor calls it.
  virtual void stop() = 0;

  virtual SequencerCounters counters() const = 0;
};

}  // namespace courtside
