// An instant as Courtside stores it. Printing and reading it are in time.h. Threads: a value.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace courtside {

// Microseconds since the Unix epoch, UTC.
using Timestamp = StrongId<struct TimestampTag, std::int64_t>;

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

}  // namespace courtside
