#include "engine/server/commit_fan_out.h"

#include <utility>

namespace courtside {

CommitFanOut::CommitFanOut(Tail& tail, std::vector<CommitFollower*> followers, const Shards& shards,
                           std::function<void(const Error&)> on_failure)
    : tail_(tail),
      followers_(std::move(followers)),
      shards_(shards),
      on_failure_(std::move(on_failure)) {}

void CommitFanOut::on_commit(const SharedBatch& batch) {
  tail_.add(batch);
  const SharedCommit commit = make_commit(batch);
  for (CommitFollower* follower : followers_) follower->on_commit(*commit);
  for (const auto& shard : shards_) shard->post_commit(commit);
}

}  // namespace courtside
