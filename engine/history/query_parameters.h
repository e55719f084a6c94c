// The parameters of a GET, as every path reads its own: none is misunderstood in silence. What is
// not known, given though empty, or given twice where one is meant, is an error, since what it was
// to narrow would be found in full.
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

// Carries a ticket of POST /v1/tickets, where one is taken (http_access.h).
constexpr std::string_view kTicketParameter = "ticket";

// bad_request that names the parameter.
tl::unexpected<Error> bad_parameter(const Parameter& parameter, std::string_view why);
Result<void> unknown_parameter(const Parameter& parameter);

// Calls set() with each in order; its error ends it. bad_request for a value that is empty, and for
// a second one of a name that is not among `lists`.
Result<void> for_each_parameter(std::string_view query,
                                std::initializer_list<std::string_view> lists,
                                const std::function<Result<void>(const Parameter&)>& set);

// Each sets its first argument, or fails with bad_request.
// RFC 3339, or "-2h": so long before `now`.
Result<void> set_time(std::optional<FineTime>& time, const Parameter& parameter, Timestamp now);
// The same as a bound of recorded times, which are whole microseconds: `time` is the first of them
// that is not earlier.
Result<void> set_time(std::optional<Timestamp>& time, const Parameter& parameter, Timestamp now);
// 1 to `max`.
Result<void> set_count(std::size_t& count, const Parameter& parameter, std::size_t max);
// A position; whether there is one of that name is asked where it is used. bad_position for an
// empty one, as for any other text that is none.
Result<void> set_position(std::optional<std::string>& position, const Parameter& parameter);
// What the attribute of an event can be: what cannot, finds nothing, and must not come into the log
// by way of a trace, since percent-decoded bytes are any bytes.
Result<void> set_text(std::string& text, const Parameter& parameter);

// bad_request where `until` lies before `since`: nothing could be found, and nobody means that.
Result<void> check_time_range(std::optional<Timestamp> since, std::optional<Timestamp> until);

// As set_time reads it; empty when it is neither.
std::optional<FineTime> parse_query_time(std::string_view text, Timestamp now);

}  // namespace courtside
