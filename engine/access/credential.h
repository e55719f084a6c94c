// Who the bearer of a credential is: the one question that every door asks, be it an upgrade, a
// `hello`, a `refresh` or an HTTP request.
//
//   auto credentials = Credentials::make(config.access);
//   Result<Identity> who = (*credentials)->identify(bearer, now_s);
//
// Threads: reload_if_changed() one; the others any, at the same time.
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

  // With two dots it is a token, else a service's key. unauthorized or token_expired; no message
  // says a part of it. `now_s`: seconds since 1970.
  Result<Identity> identify(std::string_view bearer, std::int64_t now_s) const;

  // What the key of an identity grants now; empty when it was taken away. It is what ends an
  // identity that was good when it came.
  std::optional<KeyRights> look_up_key(const Identity& identity) const;

  // Both files; from a timer. How many of them have new keys that are in use from here on.
  int reload_if_changed();

 private:
  Credentials(std::unique_ptr<TokenVerifier> tokens, std::unique_ptr<ServiceKeys> services);

  std::unique_ptr<TokenVerifier> tokens_;
  std::unique_ptr<ServiceKeys> services_;
};

}  // namespace courtside
