// A token's header (RFC 7515, section 4), read and judged before any signature is looked at. It
// says which of our keys to try, and nothing in it may say more than that. Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/jws.h"

namespace courtside {

struct TokenHeader {
  JwsAlgorithm algorithm = JwsAlgorithm::kHs256;
  std::optional<std::string> kid = {};  // compared with our keys' and used for nothing else
};

// `json` is the decoded first part. unauthorized when it is malformed, names an algorithm that we
// do not take (`none` in any spelling), brings or points to a key of its own (`jwk`, `jku`, `x5c`,
// `x5u`), or asks for an extension (`crit`, `b64`).
Result<TokenHeader> read_token_header(std::string_view json);

}  // namespace courtside
