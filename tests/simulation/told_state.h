// What one subscription with `state` was told, held against the plain history: the state of each of
// its subjects at one position S, then each event behind S, once. The state is that of the events
// which reach the subject's own channel. Folded on with those of them that follow, it has to come
// out as what all of them fold to.
//
//   subscribed after S | state at S of each subject | event > S | event | live | event ...
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/state/state_fold.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside::simulation {

// Every record that was ever committed, and where the log ever began.
class StateHistory {
 public:
  void add(std::string record) { records_.push_back(std::move(record)); }
  void add_first_held(Offset first_held) { first_held_.insert(first_held); }

  Offset end() const { return Offset(records_.size() + 1); }
  bool dropped() const { return first_held_.size() > 1; }
  // REQUIRES: 1 <= offset < end().
  RecordView at(Offset offset) const { return RecordView(records_[offset.value() - 1]); }

  // What the subject's events in the range fold to, those that reach its own channel. Empty: there
  // was none.
  std::string state(const std::string& subject, OffsetRange range) const;
  // The same up to and with `last`; one text for each beginning of the log by which it may have
  // been made. "null": there were events of it, and none is held.
  std::set<std::string> states(const std::string& subject, Offset last) const;

 private:
  std::vector<std::string> records_;
  std::set<Offset> first_held_ = {Offset(1)};
};

bool reaches(RecordView record, const std::vector<std::string>& channels);
// Its subject's own channel.
bool reaches_subject(RecordView record);

class ToldState {
 public:
  // Told that it is subscribed after this; empty for a position of another epoch, which the gap
  // that follows replaces. `history` outlives it.
  ToldState(const StateHistory& history, std::vector<std::string> channels,
            std::optional<Offset> after)
      : history_(history),
        channels_(std::move(channels)),
        state_at_(after),
        place_(after ? next(*after) : Offset(1)) {}

  // The first offset that it has no account of: where it resumes.
  Offset place() const { return place_; }

  // What the server says next. Each: what is wrong with it, or empty.
  std::string on_state(const std::string& subject, Offset at, std::string_view state);
  std::string on_event(Offset offset);
  std::string on_gap(OffsetRange lost);
  std::string on_live(Offset position);
  std::string on_behind(Offset position);
  // Everything was sent.
  std::string check_rest() const;

 private:
  // It was told that everything below `end` was sent.
  std::string account_up_to(Offset end);
  // Before the first event: is every state there?
  std::string check_states();

  const StateHistory& history_;
  const std::vector<std::string> channels_;
  std::optional<Offset> state_at_;
  Offset place_;
  bool begun_ = false;  // past the states
  bool live_ = false;
  bool lost_ = false;  // a gap: the states do not follow from what was told
  std::map<std::string, StateFold> folds_;
  std::set<std::string> unknown_;  // told as `null`: folded from the events behind it alone
};

}  // namespace courtside::simulation
