// Times and positions as people give them to options. Threads: any; functions.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace courtside {

// RFC 3339, or as long ago as "2h"; "-2h" means the same, since the HTTP interface writes it so.
std::optional<Timestamp> parse_moment(const std::string& text, Timestamp now);

// `at` of the HTTP interface: "now", a position, a time, or "-2h". Empty where the text is none.
std::string at_parameter(const std::string& text);

// Messages about a text that is none of them: "--since: `tuesday` is neither ...".
std::string no_moment(const std::string& option, const std::string& text);
std::string no_position(const std::string& option, const std::string& text);
std::string no_at(const std::string& option, const std::string& text);

}  // namespace courtside
