// A loop's timer by number, and how finely timers fire. Threads: values.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace courtside {

using TimerId = StrongId<struct TimerTag, std::uint64_t>;

// A timer fires at a multiple of it, and never early.
inline constexpr std::uint64_t kTimerTickMs = 20;

}  // namespace courtside
