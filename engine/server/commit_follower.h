// A part of the server that receives each committed batch before the shards do.
//
// Threads: on_commit on the log's.
#pragma once

#include "engine/server/commit.h"

namespace courtside {

class CommitFollower {
 public:
  virtual ~CommitFollower() = default;

  // Called for each batch, in commit order.
  virtual void on_commit(const Commit& commit) = 0;
};

}  // namespace courtside
