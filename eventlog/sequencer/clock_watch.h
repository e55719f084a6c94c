// Detects that the wall clock is behind the log's last event: it was ahead for a while and was
// corrected. Recorded times never go back, so new events get the last event's time until the clock
// has caught up. Reads by time are affected, so a warning is needed.
//
// It does no I/O: pass it the clock at each commit, and log the result. Threads: its caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/format.h"
#include "base/time.h"

namespace courtside {

class ClockWatch {
 public:
  // Ordinary clock corrections are smaller than this.
  static constexpr std::int64_t kIncidentUs = 1'000'000;

  // `last` is the recorded time of the last event. Returns a sentence for the log when an incident
  // begins, otherwise empty. The incident ends when the clock reaches `last`.
  std::optional<std::string> look(Timestamp clock, Timestamp last) {
    const std::int64_t behind_us = last.value() - clock.value();
    if (behind_us <= 0) is_behind_ = false;
    if (is_behind_ || behind_us < kIncidentUs) return std::nullopt;
    is_behind_ = true;
    return format(
        "the clock is {} s behind the last event of the log, which was recorded at {}: until it "
        "has caught up, new events are recorded with that time",
        behind_us / 1'000'000, format_rfc3339(last));
  }

 private:
  bool is_behind_ = false;
};

}  // namespace courtside
