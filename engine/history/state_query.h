// Queries for states over HTTP: parses their parameters and resolves `at` to an offset. Threads:
// any; resolve_at reads the log, so it never runs on a loop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fine_time.h"
#include "base/result.h"
#include "base/time.h"
#include "eventlog/log_reader.h"

namespace courtside {

// Each parser fails with bad_request for an unknown parameter.

// The query of GET /v1/subjects/{subject}.
struct StateQuery {
  std::string at;                     // `now`, a position, or a time
  std::vector<std::string> channels;  // read by these channels; empty: by the subject's own
};
Result<StateQuery> parse_state_query(std::string_view query);

// The page of a list that goes back in time.
struct ListQuery {
  std::size_t limit = 100;
  std::optional<std::string> after;  // `next` of the previous page
};

// The query of GET /v1/venues/{id}/calendar.
struct CalendarQuery {
  std::string at = "now";
  std::optional<FineTime> from;  // slots that end after this
  std::optional<FineTime> to;    // slots that begin before this
  ListQuery list;
};
Result<CalendarQuery> parse_calendar_query(std::string_view query, std::size_t limit_max,
                                           Timestamp now);

// The query of GET /v1/users/{id}/notifications.
struct NotificationsQuery {
  std::optional<Timestamp> since;  // recorded at or after
  std::optional<Timestamp> until;  // recorded before
  std::string kind;                // empty: all
  std::optional<bool> unread;
  ListQuery list;
};
Result<NotificationsQuery> parse_notifications_query(std::string_view query, std::size_t limit_max,
                                                     Timestamp now);

// The last offset at or before `at`: for `now` the newest of `held`, for a position its own offset,
// for a time that of the last event recorded by then. 0: before all events. position_expired for
// another epoch, a position beyond the head, or a time before `held`; bad_request for any other
// text.
Result<Offset> resolve_at(const std::string& at, const LogReader& log, OffsetRange held,
                          Timestamp now);

// The part of `held` that the next page covers: before `list.after`, up to and including `last`.
// position_expired as above.
Result<OffsetRange> rest_of_list(const ListQuery& list, const std::string& epoch, OffsetRange held,
                                 Offset last);

}  // namespace courtside
