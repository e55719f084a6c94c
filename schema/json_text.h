// Pieces of JSON, appended to a text. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"  // append_json_string

namespace courtside {

// Appends a number in decimal, without zeros in front.
void append_decimal(std::string& out, std::uint64_t value);

}  // namespace courtside
