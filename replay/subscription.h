// One subscriber's cursor over the log, and the only place that decides where its next event comes
// from: the log (catching up) or the commit stream (live).
//
// It does no I/O: tell it what happened, do the step it answers, and ask next_step() again after
// each step that is done, until it answers kWait.
//
//              kGap                    kGoLive
//   catching up ---> catching up --------------> live
//        ^  |  kRead, on_page_read, on_page        |
//        |  +--------------> catching up           | on_commit while congested: kFallBehind
//        +-----------------------------------------+
//
// How a page comes in (PageReader made it, on whatever thread):
//
//   Step step = subscription.next_step();                // kRead: read a page within step.range
//   ...
//   step = subscription.on_page_read(page.covered);      // kGap: send `gap` first; else kWait
//   ... send the page's records, all of them or the first few ...
//   subscription.on_page(page.covered.end);              // or where sending stopped
//   step = subscription.next_step();
//
// The rule that joins replay and live without gap, doubling or buffer: a subscription goes live
// only when its next offset is the end of the log as its own shard knows it, and from then on is
// offered every commit of that shard that may concern it. Both facts change on the shard's thread
// alone.
//
// A gap is told only of offsets that were not handed out and that retention had taken: by the
// shard's own word (`held`), or by the page that passed over them (`covered`). A live subscription
// never has one, since a committed batch carries its events with it.
//
// Threads: none of its own; a shard's. Invariant: at most one read is outstanding, and all that the
// subscriber was told lies before next().
#pragma once

#include <cstdint>

#include "schema/position.h"

namespace courtside {

struct Step {
  enum class Kind : std::uint8_t {
    kWait,     // nothing to do until something happens
    kRead,     // read a page that begins at range.begin, within range; answer with on_page_read
    kGap,      // tell the subscriber that `range` can no longer be had
    kGoLive,   // tell it that it caught up, up to range.begin (excluded); attach it to the commits
    kDeliver,  // deliver the matching events of `range`, which was just committed
    kFallBehind,  // detach it; tell it that it fell behind, before range.begin
  };
  Kind kind = Kind::kWait;
  OffsetRange range = {};
  friend bool operator==(const Step&, const Step&) = default;
};

class Subscription {
 public:
  // Wants the events from `next` on. `held` is the log as the shard knows it: the end of the last
  // commit that the shard took from its mailbox, never LogReader::held(), which may be ahead.
  // `next` may lie beyond held.end, when the client heard of events from a faster shard: the
  // subscription then waits until this shard has come as far.
  Subscription(Offset next, OffsetRange held) : next_(next), held_(held) {}

  // What to do now. The step that it answers counts as begun: a read is outstanding, a gap is told,
  // the subscription is live.
  Step next_step();

  // The log grew or was cut: `held` is what it holds now, by this shard's knowledge.
  //
  // A subscription that catches up must hear of every commit, or it would not know how far to go;
  // it answers kWait, ask next_step(). A live one need only hear of those that may concern it: what
  // lies between next() and committed.begin was looked at and is not for it. It answers kDeliver,
  // kFallBehind (nothing of `committed` was delivered; range.begin is committed.begin), or kWait
  // when `committed` is empty. A large commit may be offered in pieces, in order.
  // REQUIRES: `held` never goes back; committed.end <= held.end; for a live one,
  // next() <= committed.begin.
  Step on_commit(OffsetRange committed, OffsetRange held);

  // The page that was asked for is there, and covers these offsets (Page::covered). Answers
  // kGap{next(), covered.begin} when retention took its beginning during the read: tell it before
  // any of the page's events. Otherwise kWait, and the page can be handed out.
  // REQUIRES: reading(), and no page was announced since; covered.begin >= next().
  Step on_page_read(OffsetRange covered);

  // The page has been handed to the subscriber's socket, all of it up to `covered_end`; less than
  // Page::covered.end when the socket would take no more.
  // REQUIRES: after on_page_read; next() <= covered_end <= covered.end.
  void on_page(Offset covered_end);

  // The read failed or was dropped: it will be asked for again. REQUIRES: reading().
  void on_read_failed();

  // The subscriber's socket takes no more for now, or takes again: ask next_step() then. While it
  // is congested nothing is begun for it, not even a gap told: a reader that stands still must not
  // gather messages as retention goes on behind it.
  void on_congestion(bool congested) { congested_ = congested; }

  // Nothing is begun for it until resume(). A live one goes back to catching up, from `from` on:
  // what lies before was handed to it, or is not for it. REQUIRES: for a live one, next() <= from.
  void suspend(Offset from);
  void resume() { suspended_ = false; }
  bool suspended() const { return suspended_; }

  bool live() const { return state_ == State::kLive; }
  // A page was asked for and is not handed out yet.
  bool reading() const { return state_ == State::kReading || state_ == State::kPage; }
  // The first offset that the subscriber has not been served. For a live one: the end of the last
  // commit that it was offered.
  Offset next() const { return next_; }

 private:
  enum class State : std::uint8_t {
    kCatchingUp,
    kReading,  // a page was asked for
    kPage,     // it is being handed out
    kLive,
  };

  Offset next_;
  OffsetRange held_;
  Offset page_end_;  // of the page that is being handed out
  State state_ = State::kCatchingUp;
  bool congested_ = false;
  bool suspended_ = false;
};

}  // namespace courtside
