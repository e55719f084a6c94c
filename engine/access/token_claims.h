// Validates a token's claims and makes the bearer's identity from them. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/identity.h"

namespace courtside {

struct ClaimRules {
  bool needs_access_type = true;  // `type` must be ACCESS
  std::string issuer = {};        // empty: any
  std::string audience = {};      // empty: any
  std::int64_t leeway_s = 0;
  std::int64_t age_max_s = 0;  // maximum age of a token, whatever its `exp`; 0: unlimited
};

// `json` is the decoded second part of a token whose signature was verified. token_expired when the
// token is only too old; unauthorized for every other fault, with a message that names the claim
// but never its value. `now_s`: whole seconds since 1970.
//
// Times are numbers of seconds, with or without a fraction or exponent (RFC 7519, NumericDate). A
// token whose `iat` is in the future by more than the leeway is refused, because it would survive a
// revocation. A token without `iat` may have any age, so its `exp` must not be further ahead than
// the maximum age.
Result<Identity> validate_claims(std::string_view json, const ClaimRules& rules,
                                 std::int64_t now_s);

}  // namespace courtside
