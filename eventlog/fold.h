// The meaning of the ordered commands: a pure function from (state, command, time) to a verdict and
// new state. Every node that folds the same commands holds the same log.
//
// A known (source, id) is a duplicate and answers the first offset, whatever else the repeat
// carries; a stale expected version is a conflict and refuses its whole command, and so does a step
// from a place where its source no longer stands; everything else is accepted and takes the next
// offset. It uses no clock, no randomness and no I/O but reads of its
// own keys through FoldState; time comes from the sequencer.
//
// Use: one Fold per group commit. apply() each command in order, then take() the batch, write it
// with one sync, and only then show it to anyone. Threads: the log thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
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
  // Where the reader of a source stands; empty when it never read.
  virtual Result<std::string> source_place(std::string_view source) const = 0;
};

// Where a fold begins, and ends.
struct FoldPlace {
  Offset first_held{1};
  Offset next{1};
  Timestamp recorded{};             // of the last event; never goes back
  std::uint64_t bytes_through = 0;  // of the last event
  friend bool operator==(const FoldPlace&, const FoldPlace&) = default;
};

class Fold {
 public:
  // `state` is what was committed up to `place`, and outlives the fold. `now` is the sequencer's
  // time; what is recorded is the later of it and place.recorded.
  Fold(const FoldState& state, const FoldPlace& place, Timestamp now);

  // The next command in order. An Append leaves a verdict in the batch. An error is one of `state`:
  // the fold is then of no further use, and nothing of it may be committed.
  //
  // A conflict counts the events of its own command that stand before it: two events that both
  // expect version 0 of a new subject conflict with "expected 0, current 1".
  Result<void> apply(const Command& command);

  // What was folded. Ends the fold.
  Batch take();

  // Where the next fold begins, once this one's batch is committed.
  const FoldPlace& place() const { return place_; }

 private:
  // What an append has added so far, in case that it is refused.
  struct Mark {
    FoldPlace place;
    std::size_t storage_bytes;
    std::size_t records;
    std::size_t terms;
    std::vector<std::pair<SubjectState*, SubjectState>> subjects;  // as they were, oldest first
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  Result<void> append(const Append& command);
  Result<std::string> source_place(std::string_view source) const;
  void take_step(const SourceStep& step);
  void drop(Offset below);
  Result<std::optional<Appended>> find_duplicate(const Hash128& key) const;
  Result<SubjectState*> load_subject(std::string_view name);
  Appended accept(const NewEvent& event, SubjectState& subject);
  void add_terms(std::uint32_t index);
  void undo(const Mark& mark);

  const FoldState& state_;
  FoldPlace place_;
  const Timestamp recorded_;  // of the events to come
  Batch batch_;
  std::string storage_;
  // The new state on top of state_.
  std::unordered_map<Hash128, Appended> ids_;
  std::unordered_map<std::string, SubjectState, TextHash, std::equal_to<>> subjects_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> source_places_;
};

}  // namespace courtside
