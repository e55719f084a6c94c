// Time as Courtside stores and prints it: microseconds since 1970-01-01T00:00:00Z, RFC 3339 in
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong_id.h"

namespace courtside {

// Microseconds since the Unix epoch, UTC.
using Timestamp = StrongId<struct TimestampTag, std::int64_t>;

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// The wall clock, and a steady one for measuring.
Timestamp now();
std::uint64_t steady_us();

// "2026-11-01T10:00:00.000000Z": always 27 characters for the years 0 to 9999.
std::string format_rfc3339(Timestamp time);
void append_rfc3339(std::string& out, Timestamp time);

// As parse_fine_time() of fine_time.h, cut to whole microseconds: for times that are shown or
// sorted. Bounds, which events are compared with, are not cut: use FineTime for them.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace courtside
