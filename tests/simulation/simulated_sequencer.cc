#include "tests/simulation/simulated_sequencer.h"

#include <memory>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "eventlog/fold.h"

namespace courtside::simulation {

void SimulatedSequencer::stop() {
  while (has_waiting()) commit(kWaitingMax);
  is_stopped_ = true;
}

bool SimulatedSequencer::submit(Command& command) {
  has_taken_late_ = has_taken_late_ || expects_no_more_;
  if (is_stopped_ || waiting_.size() >= kWaitingMax || faults_.strikes()) return false;
  waiting_.push_back(std::move(command));
  return true;
}

void SimulatedSequencer::push(Command command) {
  if (!is_stopped_) waiting_.push_back(std::move(command));
}

void SimulatedSequencer::commit(std::size_t commands_max) {
  if (waiting_.empty()) return;
  Fold fold(log_, log_.place(), Timestamp(static_cast<std::int64_t>(clock_ms_) * 1'000));
  for (std::size_t count = 0; !waiting_.empty() && count < commands_max; ++count) {
    COURTSIDE_CHECK(fold.apply(waiting_.front()));
    waiting_.pop_front();
  }
  const FoldPlace after = fold.place();
  const auto batch = std::make_shared<const Batch>(fold.take());
  log_.commit(*batch, after);
  truth_.add(*batch);
  listener_->on_commit(batch);
}

}  // namespace courtside::simulation
