// Who is told: the subscribers of one shard, and the fan-out of each commit to them.
//
// Subscribers that want the same events in the same bytes form an *audience*: a commit is matched
// and encoded once per audience, whatever its size, and each member gets one reference to the
// block. Only live subscribers are members; one that catches up is driven by its Subscription, page
// by page.
//
//   channel --> audiences --> live members
//   commit: for each event, for each channel: append the framed event to the audience's block;
//           then hand each block to each member of its audience
//
// It does no I/O: what it wants done it asks of HubHost (reads) and SubscriberOwner (sends).
//
// Threads: its shard's. Invariant: a live subscriber has been offered exactly the commits below
// held().end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/slot_map.h"
#include "base/strong_id.h"
#include "engine/delivery/interest.h"
#include "eventlog/batch.h"
#include "replay/subscription.h"

namespace courtside {

using SubscriberId = StrongId<struct SubscriberTag, std::uint64_t>;

// The connection behind a subscriber. It takes its subscribers out of the hub before it goes.
class SubscriberOwner {
 public:
  // Queues framed bytes. May end up in Hub::remove, for this subscriber or others.
  virtual void send_frames(const SharedBytes& frames) = 0;
  // Takes no more for now. Call Hub::on_drained when it does again.
  virtual bool congested() const = 0;
  // A page could not be read. Nothing more is sent unless it calls Hub::advance.
  virtual void on_read_failed() = 0;

 protected:
  ~SubscriberOwner() = default;
};

class HubHost {
 public:
  // Reads and renders a page that begins at range.begin, within `range`: now, or later with
  // Hub::on_page or Hub::on_read_failed.
  virtual std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                                OffsetRange range) = 0;
  // The subscriber is gone: a page that is not being read yet is not to be.
  virtual void forget_page(SubscriberId id) = 0;

  // For those who want the past at a pace: a clock, and Hub::on_wake after so long.
  virtual std::uint64_t now_ms() { return 0; }
  virtual void wake_after(SubscriberId /*id*/, std::uint64_t /*delay_ms*/) {}

  // Whether something has to be done behind this event before anything later is sent to anybody; if
  // so, on_turning_point is called right there. It may suspend and remove subscribers.
  virtual bool is_turning_point(RecordView /*record*/) { return false; }
  virtual void on_turning_point(RecordView /*record*/) {}

 protected:
  ~HubHost() = default;
};

struct HubCounters {
  std::uint64_t deliveries = 0;  // events sent live, counted per subscriber
  std::uint64_t replayed = 0;    // events sent from pages, counted per subscriber
  std::uint64_t fell_behind = 0;
  std::uint64_t gaps = 0;
};

// When what was recorded at `base` is told: what was recorded later is told later.
struct Pace {
  std::optional<Timestamp> base = {};
  std::uint64_t base_ms = 0;        // of HubHost::now_ms
  std::uint64_t not_before_ms = 0;  // when the next event is due
  bool is_over = false;             // it caught up: what comes is told as it comes
};

class Hub {
 public:
  // `held`: the log as this shard knows it. All outlive the hub.
  Hub(std::string epoch, OffsetRange held, const Projections& projections, HubHost& host);

  // A subscriber that wants the events from `next` on. Nothing is sent before advance(id), so that
  // the owner can say something first.
  //
  // With a speed in its interest events come at so many times the pace of their recorded times,
  // counted from `pace.base`, or from the first of them, until it has caught up; from then on it is
  // one of those without a speed.
  SubscriberId add(SubscriberOwner& owner, SharedInterest interest, Offset next, Pace pace = {});
  // How far its pace is: for another one that goes on in its stead.
  Pace pace_of(SubscriberId id);
  void on_wake(SubscriberId id);
  // Nothing more is sent for it. Does nothing when there is none.
  void remove(SubscriberId id);

  // Does for this subscriber what can be done now.
  void advance(SubscriberId id);

  void on_commit(const Batch& batch);
  void on_page(SubscriberId id, const RenderedPage& page);
  void on_read_failed(SubscriberId id);
  // The owner of this subscriber takes again.
  void on_drained(SubscriberId id) { advance(id); }

  // Nothing more is sent for it until resume(id), and then from here on: `here` is behind the event
  // of the turning point, or the end of the log as this shard knows it. A live one is told that it
  // is behind.
  void suspend(SubscriberId id);
  void resume(SubscriberId id);

  bool live(SubscriberId id);
  // The first offset that it has not been served; the log's end when there is no such subscriber.
  Offset next_of(SubscriberId id);
  OffsetRange held() const { return held_; }
  // The position of the newest event that this shard knows of.
  std::string head() const { return format_position(epoch_, previous(held_.end)); }
  const std::string& epoch() const { return epoch_; }
  std::size_t subscriber_count() const { return subscribers_.size(); }
  const HubCounters& counters() const { return counters_; }

 private:
  struct Audience {
    SharedInterest interest;
    std::vector<SubscriberId> members;  // the live ones
    std::uint32_t subscribers = 0;      // live or not
    Offset last_event;                  // the newest event held against it: each counts once
    // What this commit has for it so far.
    std::string block;
    Offset block_begin;
    std::uint64_t block_events = 0;
    bool touched = false;
  };

  struct Subscriber {
    SubscriberOwner* owner;
    Audience* audience;
    Subscription cursor;
    std::uint32_t member_index = 0;  // in audience->members, while live
    Pace pace = {};
    bool is_woken = false;  // wake_after was asked
  };

  // An event's body in one wire and projection, made once per commit.
  struct Body {
    const Wire* wire;
    const Projection* projection;
    std::string bytes;
  };

  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Index =
      std::unordered_map<std::string, std::vector<Audience*>, StringHash, std::equal_to<>>;

  Audience& join_audience(SharedInterest interest);
  void leave_audience(Audience& audience);
  template <typename Visit>
  void for_each_index_list(const Interest& interest, Visit visit);

  void attach(SubscriberId id, Subscriber& subscriber);
  void detach(Subscriber& subscriber);

  // Fan-out.
  void offer(const std::vector<Audience*>& audiences, RecordView record);
  void offer(Audience& audience, RecordView record);
  const std::string& body_for(const Wire& wire, const Projection* projection, RecordView record);
  void deliver_blocks(Offset end);
  void deliver_block(Audience& audience, Offset end);
  void finish_fan_out();

  // Catching up. Each looks the subscriber up anew, because sending may have removed it.
  bool take_step(SubscriberId id);
  void accept_page(SubscriberId id, const RenderedPage& page);
  std::size_t count_due(Subscriber& subscriber, const RenderedPage& page);
  bool waits_for_its_time(SubscriberId id, Subscriber& subscriber);
  void end_pace(Subscriber& subscriber);
  void tell(Subscriber& subscriber, const protocol::ServerMessage& message);
  void tell_gap(Subscriber& subscriber, OffsetRange range);
  std::string position_before(Offset offset) const {
    return format_position(epoch_, previous(offset));
  }

  // A block is handed out when it has grown to this, so that a large commit does not pile up.
  static constexpr std::size_t kBlockBytesMax = 64 * 1024;
  // Nobody is to be woken later than this: who goes meanwhile leaves no timer behind for long.
  static constexpr std::uint64_t kWakeMsMax = 1000;

  const std::string epoch_;
  OffsetRange held_;
  const Projections& projections_;
  HubHost& host_;

  SlotMap<SubscriberId, Subscriber> subscribers_;
  std::unordered_map<std::string, std::unique_ptr<Audience>> audiences_;  // by Interest::key
  Index by_channel_;
  Index by_kind_;
  std::vector<Audience*> everything_;

  // While a commit is fanned out.
  bool fanning_out_ = false;
  Offset handed_out_;  // the end of what was offered to the live ones
  std::vector<Audience*> touched_;
  std::vector<Body> bodies_;
  std::vector<SubscriberId> fallen_;   // to be driven from the log when the fan-out is over
  std::vector<SubscriberId> removed_;  // while fanning out: taken out afterwards

  std::vector<SubscriberId> ahead_;  // whose next offset this shard has not come to yet
  HubCounters counters_;
};

}  // namespace courtside
