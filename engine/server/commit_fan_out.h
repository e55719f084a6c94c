// Hands every commit to all parts of the server that follow the log.
//
// It takes everything that it calls when it is made, so it is complete before the log thread
// starts. Threads: made and destroyed by the Server's; on_commit and on_failure on the log's.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/server/access_control.h"
#include "engine/server/outboxes.h"
#include "engine/server/shard.h"
#include "eventlog/sequencer.h"
#include "replay/tail.h"

namespace courtside {

using Shards = std::vector<std::unique_ptr<Shard>>;

class CommitFanOut final : public CommitListener {
 public:
  // All outlive it; `shards` does not change any more.
  CommitFanOut(Tail& tail, AccessControl& access, Outboxes& outboxes, const Shards& shards,
               std::function<void(const Error&)> on_failure);

  void on_commit(const SharedBatch& batch) override;
  void on_failure(const Error& error) override { on_failure_(error); }

 private:
  Tail& tail_;
  AccessControl& access_;
  Outboxes& outboxes_;
  const Shards& shards_;
  const std::function<void(const Error&)> on_failure_;
};

}  // namespace courtside
