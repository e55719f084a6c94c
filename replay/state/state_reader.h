// The state of a subject at an offset, computed from the newest snapshot before it and the events
// after that, or from the first event.
//
//   Result<State> state = reader.state_at("booking:b_1", offset);
//
// Snapshots are kept in memory (the states read last) and, for states of many events, in a store on
// the disk. So a subject of 100,000 events is answered as fast as one of ten, and its state
// survives the retention of its events. A snapshot is used only if no event after it is missing, so
// the result does not depend on which snapshot was found.
//
// The state is computed from the events as the reader's StateView shows them, so it reveals nothing
// that the reader may not see. Each view has its own snapshots.
//
// Threads: any except loops, because it reads the log. A StateRead belongs to one caller at a time.
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
#include "replay/state/state_cache.h"
#include "replay/state/state_fold.h"

namespace courtside {

// Which of a subject's events a reader sees, and which part of each.
struct StateView {
  // Views with the same key show the same part of every event. Empty: everything is shown.
  std::string key = {};
  std::function<bool(RecordView)> shows = {};                    // empty: every event
  std::function<const Projection*(RecordView)> projection = {};  // empty: the whole event
};

struct State {
  std::string json;           // a JSON object
  std::uint64_t version = 0;  // subject version of the last shown event
  Offset last;                // its offset
  // If earlier events are gone: the version of the first event that was used. Otherwise 0.
  std::uint64_t folded_from = 0;
};

// One state read in progress.
struct StateRead {
  std::string subject;
  Offset at;
  StateView view = {};

  // The members below are the reader's.
  bool begun = false;
  StateFold fold{subject};
  Hash128 key = {};
  Offset next = {};           // the first offset that was not searched yet
  std::uint64_t version = 0;  // of the last event before `next`, shown or not
  Offset last_event = {};     // its offset
  Offset last_shown = {};
  std::uint64_t folded_from = 0;
  bool is_behind = false;    // retention may have dropped events that were not read
  std::uint64_t events = 0;  // events read, shown or not
  std::uint64_t events_since_kept = 0;
  std::uint64_t bytes_since_kept = 0;
  std::uint64_t scanned = 0;  // records fetched
};

class StateReader {
 public:
  // A snapshot is stored after kKeepEvents events whose size is at least kKeepTimesLarger times its
  // own, and at the end of a read of at least kKeepEvents events.
  static constexpr std::uint64_t kKeepEvents = 256;
  static constexpr std::uint64_t kKeepTimesLarger = 4;
  static constexpr std::size_t kCacheBytesMax = 16 << 20;

  // `snapshots` may be null: then snapshots are kept only in memory. REQUIRES: all outlive it.
  StateReader(const LogReader& log, const PageReader& pages, Snapshots* snapshots)
      : log_(log), pages_(pages), snapshots_(snapshots) {}

  // not_found when the view shows no event of the subject at or before `at`; position_expired when
  // the retained events do not determine the state.
  // REQUIRES: is_channel(subject), at < log.held().end.
  Result<State> state_at(const std::string& subject, Offset at, const StateView& view = {}) const;

  // The same in portions of about `scanned_max` records, so that other reads are not delayed: call
  // it until it returns true, then state() is the result. Nothing is read twice.
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
