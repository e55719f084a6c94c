// Makes development tokens like those of the platform, for `courtside token`. Threads: any; no
// state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

struct TokenDraft {
  std::string user = {};
  std::string type = "ACCESS";
  std::string role = {};  // empty: no claim; same for the texts below
  std::optional<std::vector<std::string>> permissions = {};  // an empty list is a claim
  std::string venue = {};
  std::vector<std::string> channels = {};
  std::string issuer = {};
  std::string audience = {};
  std::int64_t issued_s = 0;   // since 1970
  std::int64_t expires_s = 0;  // since 1970
};

// Signs with HS256. bad_configuration when the secret is empty, or one that the server refuses.
Result<std::string> make_token(const TokenDraft& draft, std::string_view secret);

}  // namespace courtside
