// What a subject was at a time, folded from the told year by what docs/protocol.md says and by
// nothing of the server's. A state is a map from paths ("status", "deliveries.PUSH.attempt",
// "participants.u_7") to JSON texts. Threads: any; no state.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/support/json.h"
#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

using FlatState = std::map<std::string, std::string>;

// Of these events, which are of one subject and in order. Empty where there is none.
FlatState fold_told(const std::vector<YearEvent>& events);

// The same form of what the server answered.
FlatState flatten_state(const Json& state);

}  // namespace courtside::e2e
