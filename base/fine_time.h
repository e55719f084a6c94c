// A time with the full precision of its text. Courtside's own times are whole microseconds
// (time.h). Other systems may write more digits; such a time is compared by its exact value, not by
// its rounded one.
//
//   event.recorded() >= since   is   event.recorded() >= since.ceiling()
//   event.recorded() <  until   is   event.recorded() <  until.ceiling()
//   event.recorded() <= at      is   event.recorded() <= at.floor
//
// A leap second sorts after every other instant of its minute and before the next minute.
// Threads: a value.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace courtside {

struct FineTime {
  Timestamp floor;         // the time, rounded down to microseconds
  std::string finer = {};  // the rest below a microsecond, as text that sorts; empty: none

  // The time rounded up to microseconds, but at most the last microsecond of the year 9999.
  Timestamp ceiling() const;

  friend auto operator<=>(const FineTime&, const FineTime&) = default;
};

// Reads an RFC 3339 date-time with an offset or Z and any number of fraction digits. Empty for any
// other text, and when the year in UTC is not 0 to 9999. Second 60 is accepted only at the end of a
// UTC month, where leap seconds are.
std::optional<FineTime> parse_fine_time(std::string_view text);

}  // namespace courtside
