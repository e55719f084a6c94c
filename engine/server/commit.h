// A committed batch together with its changes of rights. They are found once, on the log's thread,
// for all parts of the server that receive the batch.
//
// Threads: immutable once made; any.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/access/rights_change.h"
#include "eventlog/batch.h"

namespace courtside {

// The changes of rights in one batch, in the order of its records. Most batches have none.
struct CommitRights {
  struct Change {
    std::size_t index;  // of the record in the batch
    RightsChange change;
  };
  std::vector<Change> changes;

  // The rights barriers: the records whose change ends rights. `ending[i]` is the change of the
  // record `barriers[i]`.
  std::vector<std::size_t> barriers;
  std::vector<RightsChange> ending;
};

CommitRights find_rights(const Batch& batch);

struct Commit {
  SharedBatch batch;
  CommitRights rights;
};

using SharedCommit = std::shared_ptr<const Commit>;

SharedCommit make_commit(SharedBatch batch);

}  // namespace courtside
