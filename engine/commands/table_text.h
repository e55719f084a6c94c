// Text of producers in a table for people. Threads: any; functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace courtside {

// Nothing that steers a terminal comes through: control characters (C0, DEL, and C1, which some
// terminals obey as two bytes of UTF-8 too) are written as JSON does, `\u001b`, and bytes that are
// no UTF-8 as `\xff`.
std::string for_terminal(std::string_view text);

// The same, cut to so many bytes before it is, between characters.
std::string for_terminal(std::string_view text, std::size_t bytes_max);

}  // namespace courtside
