// The keys that tokens may be signed with: the shared secret, and those of a JWKS file (RFC 7517).
// Threads: a value that does not change once made.
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
  std::optional<std::string> kid = {};  // the secret has none
};

class KeySet {
 public:
  void add(TokenKey key) { keys_.push_back(std::move(key)); }
  bool empty() const { return keys_.empty(); }

  // The key that the header means: with a `kid`, the one of that name, else the only one of its
  // algorithm that has no name (the secret is one); without a `kid`, the only one of its algorithm.
  // Null when there is none, or the named one is for another algorithm.
  const TokenKey* find(const TokenHeader& header) const;
  // Whether the key of this fingerprint is among them, whatever its name.
  bool has_key(const Sha256& fingerprint) const;
  // Whether a key of this algorithm has this very name.
  bool has_name(JwsAlgorithm algorithm, std::string_view kid) const;

 private:
  std::vector<TokenKey> keys_;
};

// Adds the keys of a JWKS text for RS256, PS256 and ES256: by `alg`, else by its type RSA -> RS256,
// EC with P-256 -> ES256. Keys for other uses, types and algorithms are passed over, as RFC 7517
// wants it. bad_configuration, naming `file` and the key, when one that is meant for us is broken,
// two have one name, one is a secret (this is a file of public keys), or none is left.
Result<void> add_jwks(KeySet& keys, std::string_view text, std::string_view file);

}  // namespace courtside
