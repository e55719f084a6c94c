// What a log holds, as the commands on data folders print it. Threads: any.
#pragma once

#include <string>

#include "base/json.h"
#include "engine/commands/commands.h"
#include "eventlog/verify.h"

namespace courtside {

// "17 events of k3f9, 1..17".
inline std::string log_text(const VerifiedLog& log) {
  std::string text = count_text(log.held.count(), "event") + " of " + log.epoch;
  if (log.held.empty()) return text;
  return text + ", " + std::to_string(log.held.begin.value()) + ".." +
         std::to_string(previous(log.held.end).value());
}

// Members epoch, first, last, events; `last` is before `first` where there is no event.
inline void add_log(JsonObject& json, const VerifiedLog& log) {
  json.text("epoch", log.epoch)
      .number("first", log.held.begin.value())
      .number("last", previous(log.held.end).value())
      .number("events", log.held.count());
}

}  // namespace courtside
