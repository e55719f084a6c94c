// How outbox readers append to the log: their events are routed like all others and go through the
// same sequencer.
//
// Threads: on_commit on the log's, close() any, the rest on the readers'.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/outbox/outbox_log.h"
#include "engine/routing/router.h"
#include "eventlog/batch.h"
#include "eventlog/sequencer.h"
#include "eventlog/source_state.h"

namespace courtside {

class OutboxIntake final : public OutboxLog {
 public:
  // Both references must outlive it.
  OutboxIntake(const Router& router, const SourceState& state) : router_(router), state_(state) {}

  // Call it once, before the first append; `sequencer` must outlive the last append.
  void start(Sequencer& sequencer) { sequencer_ = &sequencer; }

  Result<NewEvent> address(IncomingEvent event) override;
  Result<std::vector<Appended>> append(std::vector<NewEvent> events, SourceStep step) override;
  const SourceState& state() const override { return state_; }

  // Passes verdicts to the waiting append() calls.
  void on_commit(const Batch& batch);

  // Why this source's append waits for the log's disk; empty: it does not.
  std::string waits_for(const std::string& source) const;
  // An append() that the log refuses for want of space fails from now on, instead of waiting.
  void stop_waiting();

  // No more verdicts will come: all waiting and later append() calls fail.
  void close();

 private:
  void warn_of_misspelt_type(std::string_view type);
  Result<Verdict> submit_and_wait(std::unique_lock<std::mutex>& lock, Append append);
  bool may_try_again(const Refused& refused) const;
  void wait_for_disk(std::unique_lock<std::mutex>& lock, const std::string& source,
                     const Error& error);

  const Router& router_;
  const SourceState& state_;
  Sequencer* sequencer_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::optional<Verdict>> waiting_;  // by ticket
  std::set<std::string, std::less<>> misspelt_types_;        // types for which a warning was logged
  std::map<std::string, std::string> refusals_;  // by source, while its append waits for the disk
  std::uint64_t last_ticket_ = 0;
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace courtside
