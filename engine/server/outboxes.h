// All configured outboxes, each with a reader, and what they share.
//
// Threads: made, started, stopped and destroyed on the Server's thread; on_commit on the log's;
// everything else on any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"
#include "engine/outbox/outbox_reader.h"
#include "engine/routing/router.h"
#include "engine/server/commit_follower.h"
#include "engine/server/metrics.h"
#include "engine/server/outbox_intake.h"
#include "eventlog/batch.h"
#include "eventlog/sequencer.h"
#include "eventlog/source_state.h"

namespace courtside {

class Outboxes final : public CommitFollower {
 public:
  // The references must outlive it. bad_configuration when a url is not a connection string,
  // unavailable when no descriptor is free.
  static Result<std::unique_ptr<Outboxes>> make(const Config& config, const Router& router,
                                                const SourceState& state);

  // Starts reading.
  void start(Sequencer& sequencer);

  void on_commit(const Commit& commit) override { intake_.on_commit(*commit.batch); }
  // The log accepts no more appends: waiting appends fail.
  void on_failure() { intake_.close(); }

  // REQUIRES: the log still answers, or on_failure() was called.
  void stop();

  // Call it about once a second.
  void check_overdue();

  // The body of `GET /v1/outbox`.
  std::string json() const;
  void add_samples(Samples& samples) const;

 private:
  Outboxes(std::vector<OutboxSettings> settings, std::vector<std::unique_ptr<WakeEvent>> wakes,
           const Router& router, const SourceState& state)
      : settings_(std::move(settings)), wakes_(std::move(wakes)), intake_(router, state) {}
  std::vector<OutboxStatus> statuses() const;

  const std::vector<OutboxSettings> settings_;
  std::vector<std::unique_ptr<WakeEvent>> wakes_;  // one per source, until start()
  OutboxIntake intake_;
  std::vector<std::unique_ptr<OutboxReader>> readers_;
};

}  // namespace courtside
