// GET /v1/streams/{channel}, the read side of Durable Streams 1.0
// (https://github.com/durable-streams/durable-streams/blob/main/PROTOCOL.md): parses its parameters
// and makes a page of events as a JSON array. Threads: any; read_stream_page() reads the log, so it
// never runs on a loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "replay/filter.h"
#include "replay/page_reader.h"
#include "schema/position.h"

namespace courtside {

// Names a moment of the protocol's 20-second intervals. A live answer has one, and the client sends
// it back with its next request, so that no two requests in a row have the same URL.
using StreamCursor = std::uint64_t;

struct StreamQuery {
  enum class Live : std::uint8_t { kNo, kLongPoll, kSse };

  std::string channel;
  // A position, as text; empty: from the earliest event.
  std::optional<std::string> after;
  bool from_now = false;
  Live live = Live::kNo;
  std::optional<StreamCursor> cursor;

  Filter filter() const { return {.channels = {channel}}; }
};

// bad_request for a parameter that is unknown, empty or repeated, and for `live` without `offset`.
// The position is checked by stream_window().
Result<StreamQuery> parse_stream_query(std::string channel, std::string_view query);

// The cursor of an answer: the current interval's number, or more if the client has that already.
StreamCursor next_cursor(std::optional<StreamCursor> of_client, Timestamp now);

// The part of `held` after the query's position: empty with `from_now`. bad_position; and
// position_expired when events after the position are gone, or when it has another epoch or lies
// beyond the head: the client must not go on as if nothing were missing.
Result<OffsetRange> stream_window(const StreamQuery& query, std::string_view epoch,
                                  OffsetRange held);

struct StreamPage {
  std::string body;     // [{...},{...}]
  Offset after;         // where it begins: it has the events after this
  Offset last;          // everything up to here has been looked at
  bool is_last = true;  // `last` is the end of the range
  std::size_t events = 0;
  // Those that are no audit events of this reader's own reads.
  std::size_t news = 0;
};

struct StreamPageTerms {
  OffsetRange held;  // the range of the log that may be read
  std::size_t events_max = 0;
  std::size_t scanned_max = 0;
  std::string reader = {};  // Identity::actor
  std::vector<std::string> unmasked_permissions = {};
};

// The events after the query's position. position_expired when retention removes some of them
// during the read.
Result<StreamPage> read_stream_page(const StreamQuery& query, const StreamPageTerms& terms,
                                    const LogReader& log, const PageReader& pages,
                                    const class Projections& projections);

}  // namespace courtside
