// Base64 for addresses and tokens (RFC 4648, section 5), without padding, as RFC 7515 wants it.
// Decoding is strict: one text for each sequence of bytes. Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

std::string base64url_encode(std::string_view bytes);

// False, with `out` in any state, for a byte outside the alphabet (padding and white space too), a
// length that no bytes have, or bits behind the last byte that are not zero.
bool base64url_decode(std::string_view text, std::string& out);

}  // namespace courtside
