// The events that one subscription wants and the wire format that it gets them in; and the
// rendering of a page for it. Threads: immutable; read threads and the shard share one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "engine/delivery/wire.h"
#include "engine/routing/router.h"
#include "eventlog/batch.h"
#include "replay/filter.h"
#include "replay/page_reader.h"

namespace courtside {

struct Interest {
  const Wire* wire = nullptr;
  std::uint32_t sub = 0;  // the client's number for it
  Filter filter;
  std::vector<std::string> unmasked_permissions = {};  // ReadGrant::unmasked_permissions
  std::uint32_t speed = 0;                             // protocol::Subscribe::speed
  FieldSelection fields = {};                          // of each event, for wires of sessions

  // Interests with equal keys get the same bytes.
  std::string key() const;
  // What it gets of an event that it may see so much of (null: everything).
  ShownPart shown_part(const Projection* projection) const;
  // True when it filters by more than channels.
  bool selective() const;
  // How many events a page for it may hold, at most `page_events_max`. With a speed, few events are
  // due at a time, and the rest of a page would be read and rendered again.
  std::size_t page_events(std::size_t page_events_max) const;
};

using SharedInterest = std::shared_ptr<const Interest>;

// A page of events as the socket gets it.
struct RenderedPage {
  SharedBytes frames;   // all events of the page, framed; may be empty
  OffsetRange covered;  // Page::covered
  std::uint64_t events = 0;
  // The position of each event in `frames`; only for an interest with a speed.
  struct Event {
    Offset offset;
    Timestamp recorded;
    std::size_t end;  // in frames
  };
  std::vector<Event> index = {};
};

RenderedPage render_page(std::string_view epoch, const Interest& interest,
                         const Projections& projections, const Page& page);

}  // namespace courtside
