// What a token's claims must say, and who its bearer is by them. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/identity.h"

namespace courtside {

struct ClaimRules {
  bool needs_access_type = true;  // `type` must be ACCESS
  std::string issuer = {};        // empty: anyone
  std::string audience = {};      // empty: anyone
  std::int64_t leeway_s = 0;
  std::int64_t age_max_s = 0;  // how old a token may be, whatever its `exp` says; 0: any age
};

// `json` is the decoded second part of a token whose signature is good. token_expired when it is
// too old and nothing else is wrong with it; unauthorized for everything else, with a message that
// names the claim and never its value. `now_s`: whole seconds since 1970.
//
// Times are numbers of seconds, with or without a fraction or an exponent (RFC 7519, NumericDate).
// A token whose `iat` is further ahead than the leeway is refused: it would outlive a revocation.
// One without `iat` may have any age, so its `exp` must be no further ahead than a token may be
// old.
Result<Identity> judge_claims(std::string_view json, const ClaimRules& rules, std::int64_t now_s);

}  // namespace courtside
