#include "engine/access/credential.h"

#include <algorithm>
#include <utility>

namespace courtside {

Credentials::Credentials(std::unique_ptr<TokenVerifier> tokens,
                         std::unique_ptr<ServiceKeys> services)
    : tokens_(std::move(tokens)), services_(std::move(services)) {}

Result<std::unique_ptr<Credentials>> Credentials::make(const Config::Access& access) {
  Result<std::unique_ptr<TokenVerifier>> tokens = TokenVerifier::make(access);
  if (!tokens) return fail(tokens.error());
  Result<std::unique_ptr<ServiceKeys>> services = ServiceKeys::make(access.service_keys_file);
  if (!services) return fail(services.error());
  return std::unique_ptr<Credentials>(new Credentials(std::move(*tokens), std::move(*services)));
}

Result<Identity> Credentials::identify(std::string_view bearer, std::int64_t now_s) const {
  // Reject it before any code looks at every byte.
  if (bearer.size() >= kTokenBytesMax)
    return fail(Code::unauthorized, "the credential is too long");
  if (std::count(bearer.begin(), bearer.end(), '.') == 2) return tokens_->verify(bearer, now_s);
  std::optional<Identity> service = services_->find(bearer);
  if (!service)
    return fail(Code::unauthorized, "the credential is neither a token nor a known key");
  return std::move(*service);
}

Result<Identity> Credentials::identify_certificate(std::string_view name) const {
  if (name.empty()) {
    return fail(Code::unauthorized,
                "the client certificate has expired, or has not exactly one common name");
  }
  std::optional<Identity> service = services_->find_certificate(name);
  if (service) return std::move(*service);
  return fail(Code::unauthorized, "the client certificate is of no known service");
}

std::optional<KeyRights> Credentials::look_up_key(const Identity& identity) const {
  if (identity.kind == Identity::Kind::kService) {
    std::optional<std::vector<std::string>> permissions = services_->permissions_of(identity);
    if (!permissions) return std::nullopt;
    return KeyRights{.permissions = std::move(*permissions)};
  }
  if (!tokens_->knows_key_of(identity)) return std::nullopt;
  return KeyRights{};
}

int Credentials::reload_if_changed() {
  const bool tokens = tokens_->reload_if_changed();
  const bool services = services_->reload_if_changed();
  return (tokens ? 1 : 0) + (services ? 1 : 0);
}

}  // namespace courtside
