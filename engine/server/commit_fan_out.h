// Passes each commit to all parts of the server that follow the log.
//
// All parts are given to the constructor, so it is complete before the log thread starts. Threads:
// made and destroyed on the Server's thread; on_commit and on_failure run on the log's.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/server/commit_follower.h"
#include "engine/server/shard.h"
#include "eventlog/sequencer.h"
#include "replay/tail.h"

namespace courtside {

using Shards = std::vector<std::unique_ptr<Shard>>;

class CommitFanOut final : public CommitListener {
 public:
  // All references must outlive it; `shards` must not change any more. The followers are called in
  // this order, before the shards.
  CommitFanOut(Tail& tail, std::vector<CommitFollower*> followers, const Shards& shards,
               std::function<void(const Error&)> on_failure);

  void on_commit(const SharedBatch& batch) override;
  void on_failure(const Error& error) override { on_failure_(error); }

 private:
  Tail& tail_;
  const std::vector<CommitFollower*> followers_;
  const Shards& shards_;
  const std::function<void(const Error&)> on_failure_;
};

}  // namespace courtside
