#include "engine/access/token_maker.h"

#include "base/json.h"
#include "engine/access/jws.h"
#include "engine/access/token_verifier.h"

namespace courtside {
namespace {

std::string claims_of(const TokenDraft& draft) {
  JsonObject claims;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) claims.text(name, value);
  };
  claims.text("userId", draft.user).text("type", draft.type);
  add("userRole", draft.role);
  if (draft.permissions) claims.texts("permissions", *draft.permissions);
  add("venueId", draft.venue);
  if (!draft.channels.empty()) claims.texts("channels", draft.channels);
  add("iss", draft.issuer);
  add("aud", draft.audience);
  claims.number("iat", static_cast<std::uint64_t>(draft.issued_s));
  claims.number("exp", static_cast<std::uint64_t>(draft.expires_s));
  return claims.take();
}

}  // namespace

Result<std::string> make_token(const TokenDraft& draft, std::string_view secret) {
  const std::optional<JwsKey> key = JwsKey::make_secret(secret);
  if (!key)
    return fail(Code::bad_configuration,
                "there is no secret to sign with; set JWT_SECRET, or give --secret");
  if (const Result<void> strong = check_jwt_secret(secret); !strong) return fail(strong.error());
  std::optional<std::string> token = key->sign(claims_of(draft));
  if (!token) return fail(Code::internal, "the token cannot be signed");
  return std::move(*token);
}

}  // namespace courtside
