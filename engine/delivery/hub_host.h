// What a hub needs from the outside: the connections behind its subscribers, and the shard's reads
// and clock. Threads: the shard's.
//
// Almost nothing here has a default: a host that forgets a part does not compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/strong_id.h"
#include "engine/delivery/interest.h"

namespace courtside {

using SubscriberId = StrongId<struct SubscriberTag, std::uint64_t>;

// The connection behind a subscriber. It takes its subscribers out of the hub before it goes.
class SubscriberOwner {
 public:
  // Queues framed bytes. May end up in Hub::remove, for this subscriber or others.
  virtual void send_frames(const SharedBytes& frames) = 0;
  // The same for a message of the hub's own: `live`, `behind` or `gap`. By default the wire frames
  // it.
  virtual void send_message(const Wire& wire, const protocol::ServerMessage& message);
  // Takes no more for now. Call Hub::on_drained when it does again.
  virtual bool congested() const = 0;
  // A page of this subscriber could not be read. Nothing more is sent to it unless Hub::advance is
  // called.
  virtual void on_read_failed(SubscriberId id, const Error& error) = 0;
  // Its catch-ups take turns with those of all owners that have the same key; empty: each by
  // itself.
  virtual std::string reader_key() const { return {}; }

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
  virtual std::uint64_t now_ms() = 0;
  virtual void wake_after(SubscriberId id, std::uint64_t delay_ms) = 0;

  // A rights barrier of the batch at hand: its event was handed out, and nothing behind it was.
  // `index` counts the barriers that Hub::on_commit was given. May suspend and remove subscribers.
  virtual void on_barrier(std::size_t index) = 0;

 protected:
  ~HubHost() = default;
};

struct HubCounters {
  std::uint64_t deliveries = 0;  // events sent live, counted per subscriber
  std::uint64_t replayed = 0;    // events sent from pages, counted per subscriber
  std::uint64_t fell_behind = 0;
  std::uint64_t gaps = 0;
};

}  // namespace courtside
