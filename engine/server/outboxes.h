// Every outbox that the configuration names, each with a reader, and what they have in common.
//
// Threads: made, started, stopped and destroyed by the Server's; on_commit on the log's; the rest
// any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"
#include "engine/outbox/outbox_reader.h"
#include "engine/routing/router.h"
#include "engine/server/metrics.h"
#include "engine/server/outbox_intake.h"
#include "eventlog/batch.h"
#include "eventlog/sequencer.h"
#include "eventlog/source_state.h"

namespace courtside {

class Outboxes {
 public:
  // All outlive it. bad_configuration when a url is no connection string, unavailable when no
  // descriptor is free.
  static Result<std::unique_ptr<Outboxes>> make(const Config& config, const Router& router,
                                                const SourceState& state);

  // Begins to read.
  void start(Sequencer& sequencer);

  void on_commit(const Batch& batch) { intake_.on_commit(batch); }
  // The log takes no more: whoever waits for it hears so.
  void on_failure() { intake_.close(); }

  // REQUIRES: the log answers, or on_failure() was told.
  void stop();

  // Once a second or so.
  void check_overdue();

  // The answer to `GET /v1/outbox`.
  std::string json() const;
  void add_samples(std::vector<Sample>& samples) const;

 private:
  Outboxes(std::vector<OutboxSettings> settings, std::vector<std::unique_ptr<WakeEvent>> wakes,
           const Router& router, const SourceState& state)
      : settings_(std::move(settings)), wakes_(std::move(wakes)), intake_(router, state) {}
  std::vector<OutboxStatus> statuses() const;

  const std::vector<OutboxSettings> settings_;
  std::vector<std::unique_ptr<WakeEvent>> wakes_;  // one for each, until start()
  OutboxIntake intake_;
  std::vector<std::unique_ptr<OutboxReader>> readers_;
};

}  // namespace courtside
