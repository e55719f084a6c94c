// Questions about states over HTTP: the parameters of the paths that answer them, and the moment
// that they mean. Threads: any; resolve_at reads the log and so never runs on a loop.
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

// Each refuses with bad_request what it does not know, as history does.

// Of GET /v1/subjects/{subject}.
struct StateQuery {
  std::string at;                     // `now`, a position, or a time
  std::vector<std::string> channels;  // that the subject is read by; empty: as the subject itself
};
Result<StateQuery> parse_state_query(std::string_view query);

// Of a list that goes back in time, page by page.
struct ListQuery {
  std::size_t limit = 100;
  std::optional<std::string> after;  // a page's `next`
};

// Of GET /v1/venues/{id}/calendar.
struct CalendarQuery {
  std::string at = "now";
  std::optional<FineTime> from;  // slots that end after this
  std::optional<FineTime> to;    // and begin before this
  ListQuery list;
};
Result<CalendarQuery> parse_calendar_query(std::string_view query, std::size_t limit_max,
                                           Timestamp now);

// Of GET /v1/users/{id}/notifications.
struct NotificationsQuery {
  std::optional<Timestamp> since;  // recorded, inclusive
  std::optional<Timestamp> until;  // exclusive
  std::string kind;                // empty: all
  std::optional<bool> unread;
  ListQuery list;
};
Result<NotificationsQuery> parse_notifications_query(std::string_view query, std::size_t limit_max,
                                                     Timestamp now);

// The last offset at or before the moment: of `now`, the newest of `held`; of a position, its own;
// of a time, that of the last event that was recorded by then. 0: before everything.
// position_expired for another epoch, beyond the head, or a time before what is held; bad_request
// when it is none of these.
Result<Offset> resolve_at(const std::string& at, const LogReader& log, OffsetRange held,
                          Timestamp now);

// Of `held`, what lies behind a page's `next`, up to and with `last`. position_expired as above.
Result<OffsetRange> rest_of_list(const ListQuery& list, const std::string& epoch, OffsetRange held,
                                 Offset last);

}  // namespace courtside
