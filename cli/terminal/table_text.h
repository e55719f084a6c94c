// Text of producers in a table for people. Threads: any; functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace courtside {

// Nothing that steers a terminal comes through: control characters (C0, DEL, and C1, which some
// terminals obey as two bytes of UTF-8 too), line separators and the controls that reorder
// bidirectional text are written as JSON does, `\u001b`, `\u202e`, and bytes that are no UTF-8 as
// `\xff`.
std::string for_terminal(std::string_view text);

// The same, cut to so many bytes before it is, between characters.
std::string for_terminal(std::string_view text, std::size_t bytes_max);

// JSON text without line ends, which stand between its values only.
std::string one_line(std::string_view json);

}  // namespace courtside
