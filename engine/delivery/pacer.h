// The past at a pace: when each event of a page may be sent to a subscriber whose interest has a
// speed.
//
//   recorded:   base ........ event         sent:   base_ms ...(time between / speed)... event
//
// The subscriber is woken when its next event is due, and reads again from there. Once it has
// caught up its pace is over, and it gets events as they are committed.
//
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/timestamp.h"
#include "engine/delivery/hub_host.h"

namespace courtside {

// How far one subscriber is. What was recorded at `base` is sent at `base_ms`, what was recorded
// later is sent later.
struct Pace {
  std::optional<Timestamp> base = {};
  std::uint64_t base_ms = 0;        // of HubHost::now_ms
  std::uint64_t not_before_ms = 0;  // when the next event is due
  bool is_over = false;             // it caught up
  bool is_wake_asked = false;       // Hub::on_wake will come
};

class Pacer {
 public:
  // The host outlives it.
  explicit Pacer(HubHost& host) : host_(host) {}

  // How many of the page's events may be sent by now, counted from its first; notes in `pace` when
  // the next one may. A page without an index is not paced: 0. REQUIRES: speed > 0, or no index.
  std::size_t count_due(Pace& pace, std::uint32_t speed, const RenderedPage& page);

  // Whether the next event of this subscriber is still to come; then Hub::on_wake comes too.
  // REQUIRES: it has a speed.
  bool is_early(SubscriberId id, Pace& pace);

 private:
  // The longest timer: a subscriber that is removed leaves its timer behind for no longer than
  // this.
  static constexpr std::uint64_t kWakeMsMax = 1000;

  HubHost& host_;
};

}  // namespace courtside
