// Questions to the log over HTTP: the query's parameters, and the page that answers them.
// Threads: any; answer() reads the log and so never runs on a loop.
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
  std::optional<std::string> after;  // positions, as given
  std::optional<std::string> before;
  std::optional<std::string> last_event_id;  // `lastEventId`: of streams alone, wins over `after`
  Direction order = Direction::kAscending;
  std::size_t limit = 100;
  bool limited = false;     // `limit` was given
  bool shaped = false;      // order, limit or before was given: not for live events
  std::string export_name;  // `export`: leaves a trace under this name; for files alone
};

// Where the query looks: of `held`, what `after` and `before` leave. position_expired when one of
// them belongs to another epoch, lies beyond the head, or before what is held.
Result<OffsetRange> window_of(const HistoryQuery& query, std::string_view epoch, OffsetRange held);
// "events after the position are gone", with where one can begin instead.
Error position_expired(std::string_view epoch, OffsetRange held, std::string message);
// The same for a position whose epoch is not `epoch`.
Error foreign_position(const Position& position, std::string_view epoch, OffsetRange held);

// The parameters of GET /v1/events. bad_request for one that is unknown, empty, or a second one of
// what can be one only, so that no filter quietly finds more than was meant. `limit_max` bounds
// `limit`; relative times count back from `now`.
Result<HistoryQuery> parse_history_query(std::string_view query, std::size_t limit_max,
                                         Timestamp now);

// {"events":[...],"next":...,"complete":...,"scanned":...,"head":...}. `held`: of the log, what may
// be looked at. position_expired where retention takes, while the page is read, of what lies behind
// `after`: pages that join leave nothing out.
struct HistoryAnswer {
  std::string body;
  std::size_t events = 0;
};
Result<HistoryAnswer> answer_history(const HistoryQuery& query, const LogReader& log,
                                     OffsetRange held, const PageReader& pages,
                                     std::size_t scanned_max, const class Projections& projections,
                                     const std::vector<std::string>& lifts);

}  // namespace courtside
