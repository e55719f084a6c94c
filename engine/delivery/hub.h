// Who is sent what: the subscribers of one shard, from where each begins to the live end of the
// log.
//
//   commit ──> FanOut ──────────────> live subscribers     (a block for each audience)
//                 │ fell behind  ^ caught up
//                 v              │
//   read_page ──> Hub::advance ──┴──> those who catch up   (page by page; Pacer: at a pace)
//
// `Subscribers` keeps them and knows who wants which event. A subscriber is either live or driven
// by its Subscription, never both.
//
//   const SubscriberId id = hub.add(owner, interest, next);
//   ... the owner may send something first ...
//   hub.advance(id);                                        // from now on events come
//   hub.remove(id);                                         // before the owner goes
//
// It does no I/O: what it wants done it asks of HubHost (reads) and SubscriberOwner (sends).
//
// Threads: its shard's. Invariant: a live subscriber has been offered exactly the commits below
// held().end.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/delivery/fan_out.h"
#include "engine/delivery/hub_host.h"
#include "engine/delivery/pacer.h"
#include "engine/delivery/subscribers.h"
#include "eventlog/batch.h"

namespace courtside {

class Hub {
 public:
  // `held`: the log as this shard knows it. All outlive the hub.
  Hub(std::string epoch, OffsetRange held, const Projections& projections, HubHost& host);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // A subscriber that wants the events from `next` on. Nothing is sent before advance(id), so that
  // the owner can send something first.
  //
  // If its interest has a speed, events are sent at that multiple of the pace at which they were
  // recorded, counted from `pace.base` or from the first event. When the subscriber has caught up,
  // the speed no longer counts.
  SubscriberId add(SubscriberOwner& owner, SharedInterest interest, Offset next, Pace pace = {});
  // The progress of its pace, for a subscriber that replaces it.
  Pace pace_of(SubscriberId id);
  void on_wake(SubscriberId id);
  // Nothing more is sent for it. Does nothing when there is none.
  void remove(SubscriberId id);

  // Does for this subscriber what can be done now.
  void advance(SubscriberId id);

  // `barriers`: the records of the batch that are rights barriers, by their index in it, ascending.
  // HubHost::on_barrier is called right behind each, before anything later is sent to anybody.
  void on_commit(const Batch& batch, std::span<const std::size_t> barriers = {});
  void on_page(SubscriberId id, const RenderedPage& page);
  void on_read_failed(SubscriberId id, const Error& error);
  // The owner of this subscriber is no longer congested.
  void on_drained(SubscriberId id) { advance(id); }

  // Stops sending until resume(id), which continues from here: behind the event of the rights
  // barrier, or at the end of the log as this shard knows it. A live subscriber gets `behind`.
  void suspend(SubscriberId id);
  void resume(SubscriberId id);

  bool live(SubscriberId id);
  // The first offset that was not sent to it; the log's end when there is no such subscriber.
  Offset next_of(SubscriberId id);
  // See SubscriberOwner; empty when there is no such subscriber. Subscribers with equal interests
  // have keys of their own.
  std::string reader_key(SubscriberId id);
  OffsetRange held() const { return held_; }
  // The position of the newest event that this shard knows of.
  std::string head() const { return position_before(held_.end); }
  const std::string& epoch() const { return epoch_; }
  std::size_t subscriber_count() const { return subscribers_.size(); }
  const HubCounters& counters() const { return counters_; }

 private:
  // Catching up. Each looks the subscriber up anew, because sending may have removed it.
  bool take_step(SubscriberId id);
  void accept_page(SubscriberId id, const RenderedPage& page);
  void go_live(SubscriberId id, Subscriber& subscriber, Offset from);
  void send_gap(const Subscriber& subscriber, OffsetRange range);
  std::string position_before(Offset offset) const {
    return format_position(epoch_, previous(offset));
  }

  const std::string epoch_;
  OffsetRange held_;
  HubHost& host_;
  HubCounters counters_;
  Subscribers subscribers_;
  Pacer pacer_;
  FanOut fan_out_;
  std::vector<SubscriberId> ahead_;  // whose next offset this shard has not come to yet
};

}  // namespace courtside
