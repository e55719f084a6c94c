// The fan-out of a commit to the live subscribers: matched, projected and encoded once for each
// audience, whatever its size. Each member gets one reference to the block.
//
//   for each event, for each audience that wants it: append the framed event to its block
//   then, for each audience with a block:            hand the block to each member
//
// While it runs, audiences and members are walked through. Whatever would change them is noted with
// erase_later() and advance_later(), and done by the hub afterwards.
//
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/delivery/hub_host.h"
#include "engine/delivery/subscribers.h"
#include "eventlog/batch.h"

namespace courtside {

class FanOut {
 public:
  // All outlive it. `end` is that of the log as this shard knows it.
  FanOut(const std::string& epoch, Offset end, Subscribers& subscribers,
         const Projections& projections, HubHost& host, HubCounters& counters)
      : epoch_(epoch),
        subscribers_(subscribers),
        projections_(projections),
        host_(host),
        counters_(counters),
        handed_out_(end) {}

  // `held`: the log with this batch. `barriers`: see Hub::on_commit.
  void run(const Batch& batch, OffsetRange held, std::span<const std::size_t> barriers);

  bool is_running() const { return is_running_; }
  // The end of what was offered to the live subscribers; grows while it runs.
  Offset handed_out() const { return handed_out_; }

  // For when it is over. REQUIRES: is_running().
  void erase_later(SubscriberId id) { to_erase_.push_back(id); }
  void advance_later(SubscriberId id) { to_advance_.push_back(id); }
  // What was noted, and who fell behind: to be driven from the log. REQUIRES: not is_running().
  std::vector<SubscriberId> take_to_erase() { return std::exchange(to_erase_, {}); }
  std::vector<SubscriberId> take_to_advance() { return std::exchange(to_advance_, {}); }

 private:
  // An event's body for one kind of wire and one part of the event, made once per commit.
  struct Body {
    const void* kind;
    ShownPart part;
    std::string bytes;
  };

  void offer(Audience& audience, RecordView record);
  const std::string& body_for(const Wire& wire, const ShownPart& part, RecordView record);
  void deliver_blocks(Offset end);
  void deliver_block(Audience& audience, Offset end);

  // A block is handed out when it has grown to this, so that a large commit does not pile up.
  static constexpr std::size_t kBlockBytesMax = 64 * 1024;
  // Once the blocks of all audiences together have grown to this, all are handed out after the
  // record at hand. They never hold more than twice as much. Subscribers that do not read fall
  // behind early.
  static constexpr std::size_t kOpenBytesMax = 8 * 1024 * 1024;

  const std::string& epoch_;
  Subscribers& subscribers_;
  const Projections& projections_;
  HubHost& host_;
  HubCounters& counters_;

  bool is_running_ = false;
  Offset held_begin_;  // of the log with the batch at hand
  Offset handed_out_;
  std::vector<Audience*> touched_;
  std::size_t open_bytes_ = 0;  // in blocks that are not handed out yet
  std::vector<Body> bodies_;    // of the event at hand
  std::vector<SubscriberId> to_erase_;
  std::vector<SubscriberId> to_advance_;
};

}  // namespace courtside
