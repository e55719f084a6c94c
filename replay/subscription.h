// One subscriber's cursor over the log, and the only place that decides where its next event comes
// from: the log (catching up) or the commit stream (live).
//
// It does no I/O: tell it what happened, do the step it answers, and ask next_step() again after
// each step that is done, until it answers kWait.
//
//              kGap                    kGoLive
//   catching up ---> catching up --------------> live
//        ^  |  kRead, on_page                      |
//        |  +--------------> catching up           | on_commit while congested: kFallBehind
//        +-----------------------------------------+
//
// The rule that joins replay and live without gap, doubling or buffer: a subscription goes live only
// when its next offset is the end of the log as its own shard knows it, and from then on is offered
// every commit of that shard. Both facts change on the shard's thread alone.
//
// Threads: none of its own; a shard's. Invariant: at most one read is outstanding.
#pragma once

#include <cstdint>

#include "schema/position.h"

namespace courtside {

struct Step {
  enum class Kind : std::uint8_t {
    kWait,        // nothing to do until something happens
    kRead,        // read a page that begins at range.begin, within range; answer with on_page
    kGap,         // tell the subscriber that `range` can no longer be had
    kGoLive,      // tell it that it caught up, up to range.begin (excluded); attach it to the commits
    kDeliver,     // deliver the matching events of `range`, which was just committed
    kFallBehind,  // detach it; tell it that it fell behind, before range.begin
  };
  Kind kind = Kind::kWait;
  OffsetRange range = {};
  friend bool operator==(const Step&, const Step&) = default;
};

class Subscription {
 public:
  // Wants the events from `next` on. `held` is the log as the shard knows it.
  // REQUIRES: next <= held.end.
  Subscription(Offset next, OffsetRange held);

  // What to do now. A kRead or kGoLive answered here counts as begun.
  Step next_step();

  // The log grew or was cut: `held` is what it holds now. For a live subscription `committed` must
  // be exactly what follows what it was offered before.
  Step on_commit(OffsetRange committed, OffsetRange held);

  // The page that was asked for has been handed to the subscriber's socket, up to `covered_end`.
  // REQUIRES: reading(), next() <= covered_end.
  void on_page(Offset covered_end);

  // The read failed or was dropped: it will be asked for again.
  void on_read_failed();

  // The subscriber's socket takes no more for now, or takes again.
  void on_congestion(bool congested) { congested_ = congested; }

  bool live() const { return state_ == State::kLive; }
  bool reading() const { return state_ == State::kReading; }
  // The first offset that the subscriber has not been served. For a live one: the end of the log.
  Offset next() const { return next_; }

 private:
  enum class State : std::uint8_t { kCatchingUp, kReading, kLive };

  Offset next_;
  OffsetRange held_;
  State state_ = State::kCatchingUp;
  bool congested_ = false;
};

}  // namespace courtside
