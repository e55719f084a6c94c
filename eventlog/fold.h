// The meaning of the ordered commands: a pure function from (state, command, time) to a verdict and
// new state. Every node that folds the same commands holds the same log.
//
// A known (source, id) is a duplicate and answers the first offset, whatever else the repeat
// carries; a stale expected version is a conflict and refuses its whole command; everything else is
// accepted and takes the next offset. It uses no clock, no randomness and no I/O but reads of its
// own keys through FoldState; time comes from the sequencer.
//
// Use: one Fold per group commit. apply() each command in order, then take() the batch, write it
// with one sync, and only then show it to anyone. Threads: the log thread's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/batch.h"
#include "eventlog/log_reader.h"
#include "schema/command.h"

namespace courtside {

// What the fold reads of what was folded before: committed state only.
class FoldState {
 public:
  virtual ~FoldState() = default;

  // Where the first event with this key stands; empty when there is none, or it was dropped.
  virtual Result<std::optional<Offset>> find(const Hash128& key) const = 0;
  virtual Result<SubjectState> subject(std::string_view subject) const = 0;
  // The subject version in the record at `offset`. REQUIRES: held.
  virtual Result<std::uint64_t> subject_version_at(Offset offset) const = 0;
};

// Where a fold begins, and ends.
struct FoldPlace {
  Offset first_held{1};
  Offset next{1};
  Timestamp recorded{};            // of the last event; never goes back
  std::uint64_t bytes_through = 0; // of the last event
  friend bool operator==(const FoldPlace&, const FoldPlace&) = default;
};

}  // namespace courtside
