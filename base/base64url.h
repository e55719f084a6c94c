// Base64url without padding (RFC 4648, section 5), as RFC 7515 uses it for tokens. Decoding is
// strict: each byte sequence has exactly one encoding. Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

std::string base64url_encode(std::string_view bytes);

// Returns false for a byte outside the alphabet (padding and white space too), an impossible
// length, or unused bits that are not zero. `out` is then unspecified.
bool base64url_decode(std::string_view text, std::string& out);

}  // namespace courtside
