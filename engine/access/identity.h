// The caller's identity, as its credential claims it. TokenVerifier and ServiceKeys make it, the
// access rules use it. It grants nothing by itself. Threads: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace courtside {

struct Identity {
  enum class Kind : std::uint8_t {
    kAnonymous,      // no credential
    kAccount,        // an account of the platform, with a token
    kService,        // a program, with a service key
    kAdministrator,  // every caller, when access control is off
  };
  Kind kind = Kind::kAnonymous;
  std::string actor = {};  // the account's id, or the service's name

  // The token's claims; they decide when no database is configured. A service's permissions come
  // with its key.
  std::string role = {};                      // `userRole`
  std::vector<std::string> permissions = {};  // sorted, each once
  std::vector<std::string> venues = {};       // `venueId`, a string or a list; sorted, each once
  std::vector<std::string> channels = {};     // `channels`: channels and `kind:*` patterns
  bool claims_permissions = false;            // the token has a `permissions` claim, possibly empty

  // Fingerprint of the key behind this identity: the digest of a service's key, or
  // JwsKey::fingerprint() of the key that signed the token. The key may be removed while the
  // identity is in use (Credentials).
  Sha256 key = {};

  // When the token expires, in seconds since 1970, without the leeway: `exp`, or the end of its
  // maximum age if that is earlier.
  std::optional<std::int64_t> expires_s = {};
  // When the token was issued (`iat`); 0 if it does not say.
  Timestamp issued{};
};

// What an identity's key grants now.
struct KeyRights {
  std::vector<std::string> permissions = {};  // of a service; sorted, each once
};

}  // namespace courtside
