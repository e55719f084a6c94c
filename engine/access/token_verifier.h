// Decides whether a bearer's token (a JWT in compact form) is good, and who it is of.
//
//   auto verifier = TokenVerifier::make(config.access);
//   Result<Identity> who = (*verifier)->verify(token, now_s);
//
// The header is judged here before any cryptography, the algorithm is the key's and never the
// token's, and the claims count only after the signature. A token is 8 KiB at most, and its
// judgement costs that much reading: nothing in it makes us open a file or a connection.
//
// Threads: reload_if_changed() one; the others any, at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/changing_file.h"
#include "engine/access/current.h"
#include "engine/access/identity.h"
#include "engine/access/key_set.h"
#include "engine/access/token_claims.h"
#include "engine/config/config.h"

namespace courtside {

constexpr std::size_t kTokenBytesMax = 8 << 10;  // a token is shorter than this

class TokenVerifier {
 public:
  // bad_configuration, naming file and key, when the JWKS file cannot be used or others may write
  // it, and when the secret is shorter than 32 bytes. Without a secret and
  // a file every token is refused.
  static Result<std::unique_ptr<TokenVerifier>> make(const Config::Access& access);

  // unauthorized, or token_expired when time is all that is wrong. No message says a part of the
  // token. `now_s`: seconds since 1970.
  Result<Identity> verify(std::string_view token, std::int64_t now_s) const;

  // Whether the key that signed the token of this identity is known still.
  bool knows_key_of(const Identity& identity) const { return keys_.get()->has_key(identity.key); }

  // Reads the JWKS file again. What is broken is logged, once, and the keys of before stay.
  bool reload_if_changed();

 private:
  TokenVerifier(const Config::Access& access, ChangingFile jwks, KeySet keys);

  const std::string secret_;
  ChangingFile jwks_;  // its path is empty where there is none
  const ClaimRules secret_rules_;
  const ClaimRules jwks_rules_;
  Current<KeySet> keys_;
};

}  // namespace courtside
