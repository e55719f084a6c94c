// Percent-encoding of one part of a URI (RFC 3986, section 2.1). Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "base/ascii.h"

namespace courtside {

// Every byte that is not unreserved (letters, digits, `-`, `_`, `.`, `~`) becomes %XX.
inline void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHexDigitsUpper = "0123456789ABCDEF";
  for (const char c : text) {
    const char lower = to_lower(c);
    const bool is_unreserved = is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' ||
                               c == '_' || c == '.' || c == '~';
    if (is_unreserved) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHexDigitsUpper[byte >> 4], kHexDigitsUpper[byte & 15]});
    }
  }
}

}  // namespace courtside
