// Quoting for commands that a message prints for a person to run. Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

// The text as one word of a POSIX shell: unchanged if that is safe, otherwise in single quotes.
std::string shell_word(std::string_view text);

}  // namespace courtside
