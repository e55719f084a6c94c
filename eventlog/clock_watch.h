// Notices that the wall clock stands before the log's last event: it was ahead for a while, and was
// put right. Recorded times never go back, so until the clock has caught up all new events get the
// last one's time, and whoever asks by time should know.
//
// It does no I/O: give it each commit's clock, and log what it answers. Threads: its caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace courtside {

class ClockWatch {
 public:
  // Corrections of a clock that runs well are smaller than this.
  static constexpr std::int64_t kIncidentUs = 1'000'000;

  // `last` is the recorded time of the last event. A sentence for the log when an incident begins;
  // it ends when the clock reaches `last`. Empty otherwise.
  std::optional<std::string> look(Timestamp clock, Timestamp last) {
    const std::int64_t behind_us = last.value() - clock.value();
    if (behind_us <= 0) is_behind_ = false;
    if (is_behind_ || behind_us < kIncidentUs) return std::nullopt;
    is_behind_ = true;
    return "the clock is " + std::to_string(behind_us / 1'000'000) +
           " s behind the last event of the log, which was recorded at " + format_rfc3339(last) +
           ": until it has caught up, new events are recorded with that time";
  }

 private:
  bool is_behind_ = false;
};

}  // namespace courtside
