// What a log holds, as the commands on data folders print it. Threads: any.
#pragma once

#include <string>

#include "base/format.h"
#include "base/json.h"
#include "cli/commands/commands.h"
#include "cli/terminal/progress_line.h"
#include "eventlog/progress.h"
#include "eventlog/verify/verify_log.h"

namespace courtside {

// "1,217 events of k3f9, 1..1217".
inline std::string log_text(const LogDescription& log) {
  std::string text = format("{} of {}", grouped_count_text(log.held.count(), "event"), log.epoch);
  if (log.held.empty()) return text;
  return format("{}, {}..{}", text, log.held.begin, previous(log.held.end));
}

// Members epoch, first, last, events; `last` is before `first` where there is no event.
inline void add_log(JsonObject& json, const LogDescription& log) {
  json.text("epoch", log.epoch)
      .number("first", log.held.begin.value())
      .number("last", previous(log.held.end).value())
      .number("events", log.held.count());
}

// Work on a log tells it how far it is; valid as long as `line`.
inline Progress teller(ProgressLine& line) {
  return [&line](const WorkDone& work) {
    line.show({.doing = std::string(work.doing),
               .unit = work.unit == WorkDone::Unit::kBytes ? "bytes" : "events",
               .done = work.done,
               .total = work.total});
  };
}

// "verified 1,204,331 events in 12.3 s, 97,912 events/s"
inline void finish(ProgressLine& line, const std::string& done, const LogDescription& log) {
  line.finish(done + " " + grouped_count_text(log.held.count(), "event"), log.held.count());
}

}  // namespace courtside
