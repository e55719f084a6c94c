// JSON that was stored as a text: a platform that encodes before it writes to a JSON column has a
// text there, and one that does so twice has a text in a text. Threads: any; no state.
#pragma once

#include <cstddef>
#include <string>

#include "schema/json_value.h"

namespace courtside {

// The object or list that a text, or a text in a text, says, where it is at most depth_max deep;
// the value as it stands where it says none: a message "42" is no number.
std::string unquoted_json(const JsonValue& value, std::size_t depth_max);

}  // namespace courtside
