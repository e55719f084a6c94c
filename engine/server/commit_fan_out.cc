#include "engine/server/commit_fan_out.h"

#include <utility>

namespace courtside {

CommitFanOut::CommitFanOut(Tail& tail, AccessControl& access, Outboxes& outboxes,
                           const Shards& shards, std::function<void(const Error&)> on_failure)
    : tail_(tail),
      access_(access),
      outboxes_(outboxes),
      shards_(shards),
      on_failure_(std::move(on_failure)) {}

void CommitFanOut::on_commit(const SharedBatch& batch) {
  tail_.add(batch);
  access_.on_commit(*batch);
  outboxes_.on_commit(*batch);
  for (const auto& shard : shards_) shard->post_commit(batch);
}

}  // namespace courtside
