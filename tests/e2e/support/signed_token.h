// Tokens with any claims and any header, signed with HS256 by OpenSSL and by nothing of the
// server's: what `courtside token` would not make. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside::e2e {

// Both are JSON.
std::string signed_token(std::string_view secret, std::string_view claims,
                         std::string_view header = R"({"alg":"HS256","typ":"JWT"})");

// Seconds since 1970, now.
std::int64_t now_s();

// Claims of an access token of this account, made and ending so many seconds from now.
std::string claims_of(std::string_view account, std::int64_t made_s, std::int64_t ends_s);

}  // namespace courtside::e2e
