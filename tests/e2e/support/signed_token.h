// Tokens with any claims and header, signed with HS256 by OpenSSL without the server's code;
// `courtside token` could not make them. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside::e2e {

// Both are JSON.
std::string signed_token(std::string_view secret, std::string_view claims,
                         std::string_view header = R"({"alg":"HS256","typ":"JWT"})");

// The current time in seconds since 1970.
std::int64_t now_s();

// Access token claims of this account, issued and expiring this many seconds from now.
std::string claims_of(std::string_view account, std::int64_t made_s, std::int64_t ends_s);

}  // namespace courtside::e2e
