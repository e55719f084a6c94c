// The keys that may sign tokens: the shared secret and the keys of a JWKS file (RFC 7517). Threads:
// an immutable value once built.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/access/jws.h"
#include "engine/access/token_header.h"

namespace courtside {

struct TokenKey {
  JwsKey key;
  std::optional<std::string> kid = {};  // empty for the secret
};

class KeySet {
 public:
  void add(TokenKey key) { keys_.push_back(std::move(key)); }
  bool empty() const { return keys_.empty(); }

  // The key for this header. With a `kid`: the key of that name, otherwise the only unnamed key of
  // the header's algorithm (for example the secret). Without a `kid`: the only key of the
  // algorithm. Null when there is none, or several, or the named key has another algorithm.
  const TokenKey* find(const TokenHeader& header) const;
  // Whether it contains the key with this fingerprint, under any name.
  bool has_key(const Sha256& fingerprint) const;
  // Whether a key of this algorithm has this name.
  bool has_name(JwsAlgorithm algorithm, std::string_view kid) const;

 private:
  std::vector<TokenKey> keys_;
};

// Adds the RS256, PS256 and ES256 keys of a JWKS text. The algorithm is `alg`, otherwise RS256 for
// RSA and ES256 for EC with P-256. Keys for other uses, types and algorithms are skipped, as RFC
// 7517 requires. bad_configuration, naming `file` and the key, when a usable key is malformed, two
// keys have one name, a key is a secret, or no key is left.
Result<void> add_jwks(KeySet& keys, std::string_view text, std::string_view file);

}  // namespace courtside
