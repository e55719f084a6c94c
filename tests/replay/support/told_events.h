// Events for a test to apply to a state. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replay/state/state_fold.h"

namespace courtside::test {

struct Told {
  std::string type;
  std::string data;
  std::string actor = {};
};

// Event n is version n, recorded at n seconds.
inline void tell(StateFold& fold, const Told& told) {
  EventFields event;
  event.type = told.type;
  event.actorid = told.actor;
  event.data_kind = told.data.empty() ? DataKind::kNone : DataKind::kJson;
  event.data = told.data;
  const std::uint64_t version = fold.version() + 1;
  fold.apply(event, Timestamp(static_cast<std::int64_t>(version) * 1'000'000), version);
}

inline std::string state(const std::string& subject, const std::vector<Told>& events) {
  StateFold fold(subject);
  for (const Told& told : events) tell(fold, told);
  return fold.text();
}

inline std::string at(int second) {
  return "\"" + format_rfc3339(Timestamp(std::int64_t{second} * 1'000'000)) + "\"";
}

}  // namespace courtside::test
