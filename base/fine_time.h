// A time as finely as its text says it. Courtside's own times are whole microseconds (time.h); what
// others write may say more, and is compared by its value, never by what is left when it is cut.
//
//   event.recorded() >= since   is   event.recorded() >= since.ceiling()
//   event.recorded() <  until   is   event.recorded() <  until.ceiling()
//   event.recorded() <= at      is   event.recorded() <= at.floor
//
// A leap second is later than every other instant of its minute and earlier than the next minute.
// Threads: a value.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace courtside {

struct FineTime {
  Timestamp floor;         // the last microsecond that is not later
  std::string finer = {};  // what it is later by, as text that sorts; empty: not at all

  // The first microsecond that is not earlier; the last of the year 9999 where that is none.
  Timestamp ceiling() const;

  friend auto operator<=>(const FineTime&, const FineTime&) = default;
};

// Any RFC 3339 date-time, with an offset or Z and any number of fraction digits. Empty when the
// text is none, and when its year in UTC is not 0 to 9999. Second 60 is one only at the end of a
// UTC month, where leap seconds are.
std::optional<FineTime> parse_fine_time(std::string_view text);

}  // namespace courtside
