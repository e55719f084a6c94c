// Time as Courtside stores and prints it: microseconds since 1970-01-01T00:00:00Z; RFC 3339 as
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace courtside {

// now() reads the wall clock, steady_us() a monotonic clock for measuring.
Timestamp now();
std::uint64_t steady_us();

// "2026-11-01T10:00:00.000000Z": always 27 characters for the years 0 to 9999.
std::string format_rfc3339(Timestamp time);
void append_rfc3339(std::string& out, Timestamp time);

// Like parse_fine_time() of fine_time.h, rounded down to microseconds: for times that are shown or
// sorted. For bounds that events are compared with, use FineTime.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace courtside
