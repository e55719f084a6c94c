// The subscribers of one shard, and who wants which event.
//
// Subscribers that want the same events in the same bytes form an *audience*. An audience stands in
// the index under each of its channels; the live subscribers are its members.
//
//   channel ─┐
//   kind  ───┼──> audiences ──> live members (SubscriberId) ──> Subscriber
//   "*"  ────┘
//
// An id that outlived its subscriber finds nothing. A Subscriber and its Audience keep their
// address until the next add() or erase().
//
// Threads: its shard's. Invariant: a subscriber is among its audience's members exactly while its
// cursor is live, or between attach() and detach() of one step of the hub.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/slot_map.h"
#include "engine/delivery/hub_host.h"
#include "engine/delivery/pacer.h"
#include "replay/subscription.h"
#include "schema/channel.h"
#include "schema/protocol.h"
#include "schema/record.h"

namespace courtside {

struct Audience {
  SharedInterest interest;
  std::vector<SubscriberId> members;  // the live ones
  std::uint32_t subscribers = 0;      // live or not
  Offset last_event;                  // the newest event held against it: each counts once
  // What the commit at hand has for it so far; FanOut's.
  EventBlock block;
  Offset block_begin;
  std::uint64_t block_events = 0;
  bool touched = false;
};

struct Subscriber {
  SubscriberOwner* owner;  // null once it was removed in the middle of a fan-out
  Audience* audience;
  Subscription cursor;
  std::uint32_t member_index = 0;  // in audience->members, while live
  Pace pace = {};
};

class Subscribers {
 public:
  SubscriberId add(SubscriberOwner& owner, SharedInterest interest, Subscription cursor, Pace pace);
  // Null when there is none.
  Subscriber* find(SubscriberId id) { return subscribers_.find(id); }
  // Takes it out of its audience too. REQUIRES: there is one.
  void erase(SubscriberId id);
  std::size_t size() const { return subscribers_.size(); }

  // Adds it to, and removes it from, the members of its audience.
  void attach(SubscriberId id, Subscriber& subscriber);
  void detach(Subscriber& subscriber);

  // Replaces its interest. REQUIRES: it is not a member of its audience.
  void change_interest(Subscriber& subscriber, SharedInterest interest);

  // Calls visit(Audience&) for each audience that has a channel of the record, once for each such
  // channel. `visit` must not add or erase a subscriber.
  template <typename Visit>
  void for_each_audience(RecordView record, Visit visit) const {
    visit_all(everything_, visit);
    for (const std::string_view channel : record.channels()) {
      if (const auto entry = by_channel_.find(channel); entry != by_channel_.end()) {
        visit_all(entry->second, visit);
      }
      if (by_kind_.empty()) continue;
      if (const auto entry = by_kind_.find(channel_kind(channel)); entry != by_kind_.end()) {
        visit_all(entry->second, visit);
      }
    }
  }

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Index =
      std::unordered_map<std::string, std::vector<Audience*>, StringHash, std::equal_to<>>;

  template <typename Visit>
  static void visit_all(const std::vector<Audience*>& audiences, Visit& visit) {
    for (Audience* audience : audiences) visit(*audience);
  }

  Audience& join_audience(SharedInterest interest);
  void leave_audience(Audience& audience);
  template <typename Visit>
  void for_each_index_list(const Interest& interest, Visit visit);

  SlotMap<SubscriberId, Subscriber> subscribers_;
  std::unordered_map<std::string, std::unique_ptr<Audience>> audiences_;  // by Interest::key
  Index by_channel_;
  Index by_kind_;
  std::vector<Audience*> everything_;
};

// Sends one message, framed in the wire of the subscriber's interest. REQUIRES: it has an owner.
void send_message(const Subscriber& subscriber, const protocol::ServerMessage& message);

}  // namespace courtside
