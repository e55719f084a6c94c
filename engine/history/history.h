// History queries over HTTP: parses their parameters and makes a page of events. Threads: any;
// answer_history() reads the log, so it never runs on a loop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "replay/filter.h"
#include "replay/page_reader.h"
#include "schema/position.h"

namespace courtside {

struct HistoryQuery {
  Filter filter;
  std::optional<std::string> after;  // positions, as text
  std::optional<std::string> before;
  std::optional<std::string> last_event_id;  // `lastEventId`: only for streams; overrides `after`
  Direction order = Direction::kAscending;
  std::size_t limit = 100;
  bool limited = false;     // `limit` was given
  bool has_paging = false;  // order, limit or before was given; not allowed for streams
  std::string export_name;  // name in the audit event; only for files
};

// The part of `held` between `after` and `before`. position_expired when one of them has another
// epoch, is beyond the head, or before `held`.
Result<OffsetRange> window_of(const HistoryQuery& query, std::string_view epoch, OffsetRange held);
// The error `position_expired`; its details name the earliest position that works.
Error position_expired(std::string_view epoch, OffsetRange held, std::string message);
// The same for a position of another epoch.
Error foreign_position(const Position& position, std::string_view epoch, OffsetRange held);

// Parses the parameters of GET /v1/events. bad_request for an unknown or empty parameter, and for a
// repeated one that may occur once, because ignoring it would return more than was asked for.
// `limit_max` bounds `limit`; relative times count back from `now`.
Result<HistoryQuery> parse_history_query(std::string_view query, std::size_t limit_max,
                                         Timestamp now);

// {"events":[...],"next":...,"complete":...,"scanned":...,"head":...}. `held`: the range of the log
// that may be read. position_expired when retention removes events after `after` during the read,
// so that consecutive pages have no gaps.
struct HistoryAnswer {
  std::string body;
  std::size_t events = 0;
};
Result<HistoryAnswer> answer_history(const HistoryQuery& query, const LogReader& log,
                                     OffsetRange held, const PageReader& pages,
                                     std::size_t scanned_max, const class Projections& projections,
                                     const std::vector<std::string>& unmasked_permissions);

}  // namespace courtside
