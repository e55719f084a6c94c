// Identifies the bearer of a credential, for upgrades, `hello`, `refresh` and HTTP requests alike.
//
//   auto credentials = Credentials::make(config.access);
//   Result<Identity> who = (*credentials)->identify(bearer, now_s);
//
// Threads: reload_if_changed() on one thread; everything else on any, concurrently.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/access/service_keys.h"
#include "engine/access/token_verifier.h"
#include "engine/config/config.h"

namespace courtside {

class Credentials {
 public:
  // bad_configuration when one of the files cannot be used.
  static Result<std::unique_ptr<Credentials>> make(const Config::Access& access);

  // A credential with two dots is a token, anything else a service key. Errors: unauthorized,
  // token_expired; no message contains a part of the credential. `now_s`: seconds since 1970.
  Result<Identity> identify(std::string_view bearer, std::int64_t now_s) const;

  // The service of a TLS client certificate, by the certificate's common name. The transport has
  // checked the certificate. unauthorized when there is none.
  Result<Identity> identify_certificate(std::string_view name) const;

  // What the identity's key grants now; empty when the key was removed, which ends the identity.
  std::optional<KeyRights> look_up_key(const Identity& identity) const;

  // Reloads both files; call it from a timer. Returns how many of them now have new keys in use.
  int reload_if_changed();

 private:
  Credentials(std::unique_ptr<TokenVerifier> tokens, std::unique_ptr<ServiceKeys> services);

  std::unique_ptr<TokenVerifier> tokens_;
  std::unique_ptr<ServiceKeys> services_;
};

}  // namespace courtside
