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
};

// `json` is the decoded second part of a token whose signature is good. token_expired when time is
// all that is wrong with it; unauthorized for everything else, with a message that names the claim
// and never its value. `now_s`: seconds since 1970.
Result<Identity> judge_claims(std::string_view json, const ClaimRules& rules, std::int64_t now_s);

}  // namespace courtside
