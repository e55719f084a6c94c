// Who a caller is, as its credential says: what TokenVerifier and ServiceKeys answer, and the rules
// of access begin with. It grants nothing by itself. Threads: a value.
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
    kAnonymous,      // came without a credential
    kAccount,        // an account of the platform, by its token
    kService,        // a program, by its key
    kAdministrator,  // anyone, where no access control is configured
  };
  Kind kind = Kind::kAnonymous;
  std::string actor = {};  // the account's id, or the service's name

  // The token's claims; they decide where no database is configured. A service's permissions come
  // with its key.
  std::string role = {};                      // `userRole`
  std::vector<std::string> permissions = {};  // sorted, each once
  std::vector<std::string> venues = {};       // `venueId`, a text or a list; sorted, each once
  std::vector<std::string> channels = {};     // `channels`: channels and `kind:*` patterns
  bool claims_permissions = false;            // there was a `permissions` claim, maybe empty

  // The key that vouches for it: the digest of a service's own, or JwsKey::fingerprint() of the one
  // that signed the token. It may be taken away while the identity is in use (Credentials).
  Sha256 key = {};

  // Seconds since 1970 at which the token ends (`exp`, or the end of its greatest age where that
  // comes first; the leeway comes on top).
  std::optional<std::int64_t> expires_s = {};
  // When the token was made (`iat`); 0 where it does not say.
  Timestamp issued{};
};

// What the key of an identity grants now.
struct KeyRights {
  std::vector<std::string> permissions = {};  // a service's; sorted, each once
};

}  // namespace courtside
