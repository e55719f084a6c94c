// One subscriber's cursor over the log, and the only place that decides where its next event comes
// from: the log (catching up) or the commit stream (live).
//
// It does no I/O: report each event to it, do the step that it returns, and call next_step() after
// each finished step until it returns kWait.
//
//              kGap                    kGoLive
//   catching up ---> catching up --------------> live
//        ^  |  kRead, on_page_read, on_page        |
//        |  +--------------> catching up           | on_commit while congested: kFallBehind
//        +-----------------------------------------+
//
// How a page arrives (PageReader made it, on any thread):
//
//   Step step = subscription.next_step();                // kRead: read a page within step.range
//   ...
//   step = subscription.on_page_read(page.covered);      // kGap: send `gap` first; else kWait
//   ... send the page's records, all of them or the first few ...
//   subscription.on_page(page.covered.end);              // or where sending stopped
//   step = subscription.next_step();
//
// The rule that joins replay and live without gap, duplicate or buffer: a subscription goes live
// only when its next offset is the end of the log as its own shard knows it. From then on it
// receives every commit of that shard that may concern it. Both facts change only on the shard's
// thread.
//
// A gap is reported only for offsets that were not delivered and that retention dropped: according
// to the shard (`held`), or to the page that skipped them (`covered`). A live subscription never
// has a gap, because a committed batch contains its events.
//
// Threads: none of its own; a shard's. Invariant: at most one read is outstanding, and everything
// that was sent to the subscriber is before next().
#pragma once

#include <cstdint>

#include "schema/position.h"

namespace courtside {

struct Step {
  enum class Kind : std::uint8_t {
    kWait,        // nothing to do until the next call
    kRead,        // read a page that begins at range.begin, within range; then call on_page_read
    kGap,         // tell the subscriber that retention dropped `range`
    kGoLive,      // tell it that it caught up to range.begin (excluded); attach it to the commits
    kDeliver,     // deliver the matching events of `range`, which was just committed
    kFallBehind,  // detach it; tell it that it fell behind, before range.begin
  };
  Kind kind = Kind::kWait;
  OffsetRange range = {};
  friend bool operator==(const Step&, const Step&) = default;
};

class Subscription {
 public:
  // Starts at `next`. `held` is the retained range as the shard knows it: up to the last commit
  // that the shard took from its mailbox. It is never LogReader::held(), which may be ahead. `next`
  // may be beyond held.end, when the client got events from a faster shard: the subscription then
  // waits until this shard has caught up.
  Subscription(Offset next, OffsetRange held) : next_(next), held_(held) {}

  // The step to do now. It counts as begun when it is returned: the read is outstanding, the gap is
  // reported, the subscription is live.
  Step next_step();

  // The log grew or events were dropped: `held` is the retained range, as this shard knows it.
  //
  // A catching-up subscription must receive every commit, to know how far to read. The result is
  // kWait; call next_step(). A live one needs only the commits that may concern it: offsets between
  // next() and committed.begin were checked and do not match. Its result is kDeliver, kFallBehind
  // (nothing of `committed` was delivered; range.begin is committed.begin), or kWait when
  // `committed` is empty. A large commit may be passed in pieces, in order. REQUIRES: `held` never
  // goes back; committed.end <= held.end; for a live subscription, next() <= committed.begin.
  Step on_commit(OffsetRange committed, OffsetRange held);

  // The requested page has arrived and covers these offsets (Page::covered). Returns kGap{next(),
  // covered.begin} when retention dropped its beginning during the read: report the gap before any
  // of the page's events. Otherwise returns kWait, and the page can be delivered. REQUIRES:
  // reading(), and on_page_read was not called since the read began; covered.begin >= next().
  Step on_page_read(OffsetRange covered);

  // The page was written to the subscriber's socket up to `covered_end`, which is less than
  // Page::covered.end when the socket accepted no more. REQUIRES: after on_page_read; next() <=
  // covered_end <= covered.end.
  void on_page(Offset covered_end);

  // The read failed or was dropped: next_step() will request it again. REQUIRES: reading().
  void on_read_failed();

  // The subscriber's socket is full, or has room again: then call next_step(). While it is
  // congested, no step begins, not even a gap: a reader that does not read must not collect
  // messages while retention continues.
  void on_congestion(bool congested) { congested_ = congested; }

  // No step begins until resume(). A live subscription goes back to catching up at `from`:
  // everything before it was delivered or does not match. REQUIRES: for a live one, next() <= from.
  void suspend(Offset from);
  void resume() { suspended_ = false; }
  bool suspended() const { return suspended_; }

  bool live() const { return state_ == State::kLive; }
  // A page was requested and is not delivered yet.
  bool reading() const { return state_ == State::kReading || state_ == State::kPage; }
  // The first offset that was not delivered. For a live subscription: the end of the last commit
  // that it received.
  Offset next() const { return next_; }

 private:
  enum class State : std::uint8_t {
    kCatchingUp,
    kReading,  // a page was requested
    kPage,     // the page is being delivered
    kLive,
  };

  Offset next_;
  OffsetRange held_;
  Offset page_end_;  // of the page being delivered
  State state_ = State::kCatchingUp;
  bool congested_ = false;
  bool suspended_ = false;
};

}  // namespace courtside
