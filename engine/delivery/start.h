// The first offset of a subscription, from the `from` of the protocol, `Last-Event-ID` or `after`.
// Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/page_reader.h"
#include "schema/protocol.h"

namespace courtside {

struct Start {
  Offset next;  // the first offset
  // The client's position is not of this log; the client must hear of that first.
  std::optional<protocol::Gap> epoch_gap;  // its `sub` is not filled
  // Pace::base; empty: the pace is counted from the first event that the client gets.
  std::optional<Timestamp> pace_from = {};
};

// True when the answer requires a read of the log (`last`, `since`), which may block.
bool start_needs_read(const protocol::From& from);

// `held` is the current range of the log. bad_position when `after` is malformed.
// REQUIRES: !start_needs_read(from).
Result<Start> resolve_start(const protocol::From& from, std::string_view epoch, OffsetRange held);

// The same for every kind of `from`. It reads the log, so it must not run on a loop. `last` counts
// back from the current end of the log.
Result<Start> resolve_start_reading(const protocol::From& from, const Filter& filter,
                                    const LogReader& log, const PageReader& pages);

}  // namespace courtside
