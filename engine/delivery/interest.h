// What one subscription wants and in which bytes; and the rendering of a page for it.
// Threads: immutable; read threads render with the same one that the shard fans out with.
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
  std::vector<std::string> lifts = {};  // ReadGrant::lifts
  std::uint32_t speed = 0;              // protocol::Subscribe::speed

  // Equal for interests that get the same bytes.
  std::string key() const;
  // Filters by more than channels.
  bool selective() const;
  // How many events a page for it holds where it may hold `page_events_max`. With a speed, few are
  // due at a time; the others are read and rendered again.
  std::size_t page_events(std::size_t page_events_max) const;
};

using SharedInterest = std::shared_ptr<const Interest>;

// A page of events as it goes to the socket.
struct RenderedPage {
  SharedBytes frames;   // all of the page's events, framed; may be empty
  OffsetRange covered;  // Page::covered
  std::uint64_t events = 0;
  // Where each event is, for an interest with a speed.
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
