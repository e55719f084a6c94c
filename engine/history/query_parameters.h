// Parses query parameters the same way for all paths. An unknown, empty or unexpectedly repeated
// parameter is an error: ignoring one that narrows the result would return too much.
//
//   for_each_parameter(request.query(), {"channel"}, [&](const Parameter& parameter) {
//     if (parameter.first == "since") return set_time(query.since, parameter, now);
//     return unknown_parameter(parameter);
//   });
//
// Threads: any; no state.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fine_time.h"
#include "base/result.h"
#include "base/time.h"

namespace courtside {

using Parameter = std::pair<std::string, std::string>;  // name and value, decoded

// The parameter of a ticket from POST /v1/tickets, on paths that accept one (http_access.h).
constexpr std::string_view kTicketParameter = "ticket";

// bad_request with the parameter's name.
tl::unexpected<Error> bad_parameter(const Parameter& parameter, std::string_view why);
Result<void> unknown_parameter(const Parameter& parameter);

// Calls set() for each parameter in order until it fails. bad_request for an empty value, and for a
// repeated name that is not in `lists`.
Result<void> for_each_parameter(std::string_view query,
                                std::initializer_list<std::string_view> lists,
                                const std::function<Result<void>(const Parameter&)>& set);

// Each of these sets its first argument or fails with bad_request. A time: RFC 3339, or relative to
// `now`: "-2h".
Result<void> set_time(std::optional<FineTime>& time, const Parameter& parameter, Timestamp now);
// The same as a bound of recorded times, in whole microseconds: rounded up.
Result<void> set_time(std::optional<Timestamp>& time, const Parameter& parameter, Timestamp now);
// A number from 1 to `max`.
Result<void> set_count(std::size_t& count, const Parameter& parameter, std::size_t max);
// A position; its validity is checked when it is used. bad_position when it is empty.
Result<void> set_position(std::optional<std::string>& position, const Parameter& parameter);
// A text that an event's attribute can have. Any other text matches no event, and must not get into
// the log with the audit event.
Result<void> set_text(std::string& text, const Parameter& parameter);

// bad_request when `until` is before `since`.
Result<void> check_time_range(std::optional<Timestamp> since, std::optional<Timestamp> until);

// Parses a time as set_time() does; empty when it is malformed.
std::optional<FineTime> parse_query_time(std::string_view text, Timestamp now);

}  // namespace courtside
