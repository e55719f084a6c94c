// Reads a token's header (RFC 7515, section 4) before its signature is checked. The header only
// selects which of our keys to try. Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/jws.h"

namespace courtside {

struct TokenHeader {
  JwsAlgorithm algorithm = JwsAlgorithm::kHs256;
  std::optional<std::string> kid = {};  // only compared with the names of our keys
};

// `json` is the decoded first part. unauthorized when it is malformed, names an unsupported
// algorithm (`none` in any spelling), contains or refers to a key (`jwk`, `jku`, `x5c`, `x5u`), or
// requires an extension (`crit`, `b64`).
Result<TokenHeader> read_token_header(std::string_view json);

}  // namespace courtside
