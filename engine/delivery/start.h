// Where a subscription starts: `from` of the protocol, `Last-Event-ID`, `after`, turned into the
// first offset wanted. Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/page_reader.h"
#include "schema/protocol.h"

namespace courtside {

struct Start {
  Offset next;  // the first offset wanted
  // The client's position says nothing about this log: it is to be told so first.
  std::optional<protocol::Gap> epoch_gap;  // its `sub` is not filled
  // From when on a pace is counted (Pace::base); empty: from the first event that it gets.
  std::optional<Timestamp> pace_from = {};
};

// Whether the log must be read to know (`last`, `since`): then resolve_start may block.
bool start_needs_read(const protocol::From& from);

// `held` is what the log holds now. bad_position when `after` is malformed.
// REQUIRES: !start_needs_read(from).
Result<Start> resolve_start(const protocol::From& from, std::string_view epoch, OffsetRange held);

// The same for every kind of `from`, with reads: not on a loop. The window of `last` ends where the
// log ends now.
Result<Start> resolve_start_reading(const protocol::From& from, const Filter& filter,
                                    const LogReader& log, const PageReader& pages);

}  // namespace courtside
