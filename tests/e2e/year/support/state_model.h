// A subject's state, folded from the generated year by the rules of docs/protocol.md without the
// server's code. A state maps paths ("status", "deliveries.PUSH.attempt", "participants.u_7") to
// JSON texts. Threads: any; no state.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/support/test_json.h"
#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

using FlatState = std::map<std::string, std::string>;

// The state after these events, which belong to one subject and are in order. Empty when there is
// none.
FlatState fold_told(const std::vector<YearEvent>& events);

// The server's state in the same form.
FlatState flatten_state(const Json& state);

}  // namespace courtside::e2e
