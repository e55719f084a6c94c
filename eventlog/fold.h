// Applies the ordered commands: a pure function from (state, command, time) to a verdict and a new
// state. Every node that folds the same commands gets the same log.
//
// A known (source, id) is a duplicate and returns the first offset, whatever else the duplicate
// contains. A wrong expected version is a conflict and refuses the whole command, as does a step
// from a position that is not the source's current one. Everything else is accepted at the next
// offset. The fold uses no clock, no randomness and no I/O except reads of keys through FoldState;
// the time comes from the sequencer.
//
// A fold may be told that nothing can be written (a full disk). It then refuses each command that
// would write something; duplicates and conflicts are answered, and drops are applied, because they
// make room. It also refuses a command for which it cannot read an id or a subject: the disk is
// damaged there, and other commands are not affected.
//
// Use one Fold per group commit: apply() each command in order, take() the batch, write it with one
// sync, and only then publish it. Threads: the log thread's.
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

// The committed state, as the fold reads it.
class FoldState {
 public:
  virtual ~FoldState() = default;

  // The offset of the first event with this key; empty when there is none or it was dropped.
  virtual Result<std::optional<Offset>> find(const Hash128& key) const = 0;
  virtual Result<SubjectState> subject(std::string_view subject) const = 0;
  // The subject version in the record at `offset`. REQUIRES: the offset is retained.
  virtual Result<std::uint64_t> subject_version_at(Offset offset) const = 0;
  // The source's position; empty when nothing was ever read.
  virtual Result<std::string> source_place(std::string_view source) const = 0;
};

// The state of the log between two folds.
struct FoldPlace {
  Offset first_held{1};
  Offset next{1};
  Timestamp recorded{};             // of the last event; never decreases
  std::uint64_t bytes_through = 0;  // total size of all records up to the last event
  friend bool operator==(const FoldPlace&, const FoldPlace&) = default;
};

class Fold {
 public:
  // `state` is the committed state at `place`. REQUIRES: it outlives the fold. `now` is the
  // sequencer's time; events are recorded at the later of it and place.recorded.
  // `no_room`: why nothing can be written; empty: it can.
  Fold(const FoldState& state, const FoldPlace& place, Timestamp now,
       std::optional<Error> no_room = std::nullopt);

  // Applies the next command. An Append adds a verdict to the batch. An error comes from `state`
  // and is not damage: then the fold is unusable and nothing of it may be committed.
  //
  // Versions include earlier events of the same command: two events that both expect version 0 of a
  // new subject conflict with "expected 0, current 1".
  Result<void> apply(const Command& command);

  // The folded batch. Ends the fold.
  Batch take();

  // Where the next fold begins, after this one's batch is committed.
  const FoldPlace& place() const { return place_; }

 private:
  // The state before an append, to undo it when it is refused.
  struct Mark {
    FoldPlace place;
    std::size_t storage_bytes;
    std::size_t records;
    std::size_t terms;
    std::vector<std::pair<SubjectState*, SubjectState>> subjects;  // previous values, oldest first
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  Result<void> append(const Append& command);
  using Outcome = decltype(Verdict::outcome);
  Result<Outcome> append_events(const Append& command, Mark& mark);
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
  const Timestamp recorded_;  // the recorded time of this fold's events
  const std::optional<Error> no_room_;
  Batch batch_;
  std::string storage_;
  // The new state, on top of state_.
  std::unordered_map<Hash128, Appended> ids_;
  std::unordered_map<std::string, SubjectState, TextHash, std::equal_to<>> subjects_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> source_places_;
};

}  // namespace courtside
