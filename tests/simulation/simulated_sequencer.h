// A sequencer without a thread: commands wait until the schedule commits some of them, with the
// real fold, to a log in memory, and hands the batch to whoever listens.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "eventlog/sequencer.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/log_truth.h"
#include "tests/support/memory_log.h"

namespace courtside::simulation {

class SimulatedSequencer final : public Sequencer {
 public:
  // All outlive it.
  SimulatedSequencer(MemoryLog& log, LogTruth& truth, const std::uint64_t& clock_ms, Faults& faults)
      : log_(log), truth_(truth), clock_ms_(clock_ms), faults_(faults) {}

  void start(CommitListener& listener) { listener_ = &listener; }
  // The server refuses work from now on: nobody may submit.
  void expect_no_more() { expects_no_more_ = true; }
  // Whether somebody did.
  bool has_taken_late() const { return has_taken_late_; }
  // Commits what waits; nothing is accepted any more.
  void stop();

  [[nodiscard]] bool submit(Command& command) override;
  // Of the outside: rights, retention.
  void push(Command command);
  bool has_waiting() const { return !waiting_.empty(); }
  // One group commit of what waits, or of the first few. REQUIRES: started.
  void commit(std::size_t commands_max);

 private:
  static constexpr std::size_t kWaitingMax = 40;

  MemoryLog& log_;
  LogTruth& truth_;
  const std::uint64_t& clock_ms_;
  Faults& faults_;
  CommitListener* listener_ = nullptr;
  bool expects_no_more_ = false;
  bool has_taken_late_ = false;
  bool is_stopped_ = false;
  std::deque<Command> waiting_;
};

}  // namespace courtside::simulation
