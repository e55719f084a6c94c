// Decodes JSON that was stored as a string: a platform that encodes before it writes to a JSON
// column stores a string, or a string in a string. Threads: any; no state.
#pragma once

#include <cstddef>
#include <string>

#include "schema/json_value.h"

namespace courtside {

// The object or array inside a string, or inside a string in a string, if it is at most depth_max
// deep. Otherwise the value unchanged: a string "42" does not become a number.
std::string unquoted_json(const JsonValue& value, std::size_t depth_max);

}  // namespace courtside
