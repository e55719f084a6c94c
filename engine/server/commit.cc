#include "engine/server/commit.h"

#include <optional>
#include <utility>

namespace courtside {

CommitRights find_rights(const Batch& batch) {
  CommitRights rights;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::optional<RightsChange> change = rights_change(batch.at(i).event());
    if (!change) continue;
    if (change->ends_rights) {
      rights.barriers.push_back(i);
      rights.ending.push_back(*change);
    }
    rights.changes.push_back({i, std::move(*change)});
  }
  return rights;
}

SharedCommit make_commit(SharedBatch batch) {
  CommitRights rights = find_rights(*batch);
  return std::make_shared<const Commit>(Commit{std::move(batch), std::move(rights)});
}

}  // namespace courtside
