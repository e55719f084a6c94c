#include "engine/access/token_verifier.h"

#include <array>
#include <optional>
#include <utility>

#include "base/base64url.h"
#include "base/log.h"
#include "engine/access/token_header.h"

namespace courtside {
namespace {

// RFC 7518, section 3.2: at least as long as the digest. A shorter secret can be guessed offline
// from one token.
constexpr std::size_t kSecretBytesMin = 32;

tl::unexpected<Error> refuse(const char* why) { return fail(Code::unauthorized, why); }

struct TokenParts {
  std::string header;
  std::string claims;
  std::string signature;
};

// Empty when the token is not three parts in strict base64url.
std::optional<TokenParts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  TokenParts parts;
  // A third dot is not in the base64url alphabet, so it is refused here.
  if (!base64url_decode(token.substr(0, first), parts.header) ||
      !base64url_decode(token.substr(first + 1, second - first - 1), parts.claims) ||
      !base64url_decode(token.substr(second + 1), parts.signature)) {
    return std::nullopt;
  }
  return parts;
}

Result<KeySet> make_keys(const std::string& secret, const ChangingFile& file,
                         std::string_view jwks) {
  KeySet keys;
  if (!secret.empty()) {
    std::optional<JwsKey> key = JwsKey::make_secret(secret);
    if (!key) return fail(Code::bad_configuration, "access.jwt_secret: not usable as a key");
    keys.add({.key = std::move(*key)});
  }
  if (file.path().empty()) return keys;
  if (const Result<void> safe = file.check_unwritable(); !safe) return fail(safe.error());
  if (const Result<void> done = add_jwks(keys, jwks, file.path()); !done) return fail(done.error());
  return keys;
}

ClaimRules rules_of(const Config::Access& access, bool needs_access_type) {
  return {.needs_access_type = needs_access_type,
          .issuer = access.jwt_issuer,
          .audience = access.jwt_audience,
          .leeway_s = static_cast<std::int64_t>(access.jwt_leeway_s),
          .age_max_s = static_cast<std::int64_t>(access.jwt_age_max_s)};
}

}  // namespace

Result<void> check_jwt_secret(std::string_view secret) {
  if (secret.size() >= kSecretBytesMin) return {};
  return fail(Code::bad_configuration,
              "access.jwt_secret: it is shorter than 32 bytes, so it can be guessed");
}

TokenVerifier::TokenVerifier(const Config::Access& access, ChangingFile jwks, KeySet keys)
    : secret_(access.jwt_secret),
      jwks_(std::move(jwks)),
      secret_rules_(rules_of(access, true)),
      jwks_rules_(rules_of(access, access.jwks_access_type)),
      keys_(std::make_shared<const KeySet>(std::move(keys))) {}

Result<std::unique_ptr<TokenVerifier>> TokenVerifier::make(const Config::Access& access) {
  if (!access.jwt_secret.empty()) {
    const Result<void> strong = check_jwt_secret(access.jwt_secret);
    if (!strong) return fail(strong.error());
  }
  ChangingFile jwks(access.jwks_file);
  const Result<std::string> text = jwks.path().empty() ? std::string() : jwks.read();
  if (!text) return fail(text.error());
  Result<KeySet> keys = make_keys(access.jwt_secret, jwks, *text);
  if (!keys) return fail(keys.error());
  return std::unique_ptr<TokenVerifier>(
      new TokenVerifier(access, std::move(jwks), std::move(*keys)));
}

Result<Identity> TokenVerifier::verify(std::string_view token, std::int64_t now_s) const {
  if (token.size() >= kTokenBytesMax) return refuse("the token is too long");
  const std::optional<TokenParts> parts = split(token);
  if (!parts) return refuse("the token is not three parts in base64url");
  const Result<TokenHeader> header = read_token_header(parts->header);
  if (!header) return fail(header.error());
  const std::shared_ptr<const KeySet> keys = keys_.get();
  const TokenKey* key = keys->find(*header);
  if (key == nullptr) return refuse("no known key matches the token's `kid` and `alg`");
  if (parts->signature.size() != key->key.signature_bytes() || !key->key.verifies(token)) {
    return refuse(header->algorithm == JwsAlgorithm::kHs256
                      ? "the token was signed with another secret"
                      : "the token was signed with another key");
  }
  const bool by_secret = header->algorithm == JwsAlgorithm::kHs256;
  Result<Identity> identity =
      validate_claims(parts->claims, by_secret ? secret_rules_ : jwks_rules_, now_s);
  if (identity) identity->key = key->key.fingerprint();
  return identity;
}

bool TokenVerifier::reload_if_changed() {
  if (jwks_.path().empty()) return false;
  const std::optional<Result<std::string>> text = jwks_.read_if_changed();
  if (!text) return false;
  Result<KeySet> keys =
      text->and_then([&](const std::string& jwks) { return make_keys(secret_, jwks_, jwks); });
  if (!keys) {
    log_error("access", keys.error().message + "; the keys of before stay");
    return false;
  }
  keys_.set(std::make_shared<const KeySet>(std::move(*keys)));
  log_info("access", jwks_.path() + ": its keys are in use");
  return true;
}

}  // namespace courtside
