// The state of a subject at an offset: folded from the newest snapshot before it and the events
// after that, or from the first event on.
//
//   Result<State> state = reader.state_at("booking:b_1", offset);
//
// Snapshots are kept in memory (the last states that were asked for) and, while much is folded, in
// a store on the disk: so a subject of 100,000 events answers as fast as one of ten, and its state
// outlives the events that retention took. A snapshot is used only where no event of the subject is
// missing behind it, so the answer is the same whichever was found, or none.
//
// What a reader may not see of the events, it does not see of the state: the fold is of the events
// as its StateView shows them, and each view has snapshots of its own.
//
// Threads: any, but never a loop: it reads the log. A StateRead belongs to one caller at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/hash.h"
#include "base/result.h"
#include "eventlog/log_reader.h"
#include "eventlog/snapshots.h"
#include "replay/page_reader.h"
#include "replay/state_cache.h"
#include "replay/state_fold.h"

namespace courtside {

// Which of a subject's events are seen, and what of each.
struct StateView {
  // Views of one key show the same of every event. Empty: everything is shown.
  std::string key = {};
  std::function<bool(RecordView)> shows = {};                    // empty: each event
  std::function<const Projection*(RecordView)> projection = {};  // empty: all of it
};

struct State {
  std::string json;           // a JSON object
  std::uint64_t version = 0;  // of the last event that is shown
  Offset last;                // where that stands
  // The version from which on it was folded, where the events before it are gone; else 0.
  std::uint64_t folded_from = 0;
};

// One state on its way.
struct StateRead {
  std::string subject;
  Offset at;
  StateView view = {};

  // The rest is the reader's.
  bool begun = false;
  StateFold fold{subject};
  Hash128 key = {};
  Offset next = {};           // what was not looked at begins here
  std::uint64_t version = 0;  // of the last event before `next`, shown or not
  Offset last_event = {};     // where that stands
  Offset last_shown = {};
  std::uint64_t folded_from = 0;
  bool is_behind = false;    // retention may have taken events that were not looked at
  std::uint64_t events = 0;  // that were folded or not shown
  std::uint64_t events_since_kept = 0;
  std::uint64_t bytes_since_kept = 0;
  std::uint64_t scanned = 0;  // records fetched
};

class StateReader {
 public:
  // A snapshot is kept after so many events, when they were this many times as large as it is; and
  // of the state itself, when it took so many.
  static constexpr std::uint64_t kKeepEvents = 256;
  static constexpr std::uint64_t kKeepTimesLarger = 4;
  static constexpr std::size_t kCacheBytesMax = 16 << 20;

  // `snapshots` may be null: then only memory remembers. All outlive it.
  StateReader(const LogReader& log, const PageReader& pages, Snapshots* snapshots)
      : log_(log), pages_(pages), snapshots_(snapshots) {}

  // not_found where the subject has no event that the view shows at or before `at`;
  // position_expired where what is held cannot tell.
  // REQUIRES: is_channel(subject), at < log.held().end.
  Result<State> state_at(const std::string& subject, Offset at, const StateView& view = {}) const;

  // The same in pieces of about `scanned_max` records, so that a long one lets others read too:
  // call it until it answers true; then state() is it. What was read is not read again.
  Result<bool> read_on(StateRead& read, std::uint64_t scanned_max) const;
  static State state(const StateRead& read);

 private:
  Result<void> begin(StateRead& read) const;
  Result<void> read_page(StateRead& read, std::uint64_t scanned_max) const;
  void take(StateRead& read, RecordView record) const;
  static StateSnapshot snapshot(const StateRead& read);
  void keep(StateRead& read) const;
  Result<void> finish(StateRead& read) const;
  Result<bool> is_whole(const StateRead& read) const;

  const LogReader& log_;
  const PageReader& pages_;
  Snapshots* const snapshots_;
  mutable StateCache cache_{kCacheBytesMax};
};

}  // namespace courtside
