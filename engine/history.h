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
  Direction order = Direction::kAscending;
  std::size_t limit = 100;
  bool shaped = false;  // order, limit or before was given: not for a stream
};

// The parameters of GET /v1/events. bad_request for an unknown one, so that a misspelt filter does
// not quietly find everything. `limit_max` bounds `limit`; relative times count back from `now`.
Result<HistoryQuery> parse_history_query(std::string_view query, std::size_t limit_max,
                                         Timestamp now);

// RFC 3339, or "-2h": so long before `now`. Empty when it is neither.
std::optional<Timestamp> parse_query_time(std::string_view text, Timestamp now);

// {"events":[...],"next":...,"complete":...,"scanned":...,"head":...}. position_expired when
// `after` or `before` belongs to another epoch, lies beyond the head, or before what is held.
// `held`: of the log, what may be looked at.
struct HistoryAnswer {
  std::string body;
  std::size_t events = 0;
};
Result<HistoryAnswer> answer_history(const HistoryQuery& query, const LogReader& log,
                                     OffsetRange held, const PageReader& pages,
                                     std::size_t scanned_max, const class Projections& projections,
                                     const std::vector<std::string>& lifts);

}  // namespace courtside
