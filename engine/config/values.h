// Parses and prints quantities: "64KiB", "30d", "1000". Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

enum class Unit : std::uint8_t { kCount, kBytes, kMilliseconds, kSeconds };

// Parses a whole number with a suffix of the unit. Counts have no suffix; bytes have B, KiB, MiB,
// GiB, TiB or none; durations need ms, s, m, h or d, except 0. bad_configuration with a message
// that begins with the text; the caller adds the place.
Result<std::uint64_t> parse_quantity(std::string_view text, Unit unit);

// The shortest text that parse_quantity parses as `value`: "64KiB", "30d", "0".
std::string format_quantity(std::uint64_t value, Unit unit);

// "a number", "bytes (B, KiB, MiB, GiB, TiB)", "a duration (ms, s, m, h, d)".
std::string_view describe(Unit unit);

}  // namespace courtside
