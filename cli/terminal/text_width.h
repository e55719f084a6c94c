// How wide a text is on a terminal, in columns: a Chinese character takes two, an accent of its own
// none.
//
// REQUIRES of all texts: UTF-8 without control characters, as for_terminal() makes it. Threads:
// any; functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace courtside {

std::size_t text_width(std::string_view text);

// The text where it is no wider than `width`; else its beginning and `…`, cut between characters.
// Empty where `width` is 0.
std::string cut_to_width(std::string_view text, std::size_t width);

}  // namespace courtside
