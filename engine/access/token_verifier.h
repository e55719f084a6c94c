// Verifies a bearer token (a JWT in compact form) and returns its identity.
//
//   auto verifier = TokenVerifier::make(config.access);
//   Result<Identity> who = (*verifier)->verify(token, now_s);
//
// The header is checked before any cryptography, the algorithm comes from the key and never from
// the token, and the claims are read only after the signature is verified. A token has at most 8
// KiB, which bounds the cost of a check. Nothing in it makes the server open a file or a
// connection.
//
// Threads: reload_if_changed() on one thread; everything else on any, concurrently.
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

constexpr std::size_t kTokenBytesMax = 8 << 10;  // a token must be shorter

// bad_configuration where it is too short for HS256: it could be guessed from a token.
Result<void> check_jwt_secret(std::string_view secret);

class TokenVerifier {
 public:
  // bad_configuration, naming the file and key, when the JWKS file is unusable or others than its
  // owner may write it, and when the secret is shorter than 32 bytes. Without secret and file every
  // token is refused.
  static Result<std::unique_ptr<TokenVerifier>> make(const Config::Access& access);

  // token_expired when the token is valid but too old, unauthorized for every other fault. No
  // message contains a part of the token. `now_s`: seconds since 1970.
  Result<Identity> verify(std::string_view token, std::int64_t now_s) const;

  // Whether the key that signed this identity's token is still known.
  bool knows_key_of(const Identity& identity) const { return keys_.get()->has_key(identity.key); }

  // Reads the JWKS file again if it changed. Returns whether new keys are in use. A broken file is
  // logged once, and the old keys stay in use.
  bool reload_if_changed();

 private:
  TokenVerifier(const Config::Access& access, ChangingFile jwks, KeySet keys);

  const std::string secret_;
  ChangingFile jwks_;  // empty path: no JWKS file
  const ClaimRules secret_rules_;
  const ClaimRules jwks_rules_;
  Current<KeySet> keys_;
};

}  // namespace courtside
