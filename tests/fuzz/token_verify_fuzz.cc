// Any bytes as a bearer, and as the header and the claims of a token that is signed well: refused
// without a word of them, or an identity that is sound throughout.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "engine/access/credential.h"
#include "engine/access/token_claims.h"
#include "engine/access/token_header.h"
#include "schema/channel.h"
#include "schema/text.h"
#include "tests/engine/access/support/issuer.h"

using namespace courtside;

namespace {

bool is_sorted_once(const std::vector<std::string>& texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::greater_equal<>()) == texts.end();
}

void check(const Result<Identity>& who) {
  if (!who) {
    COURTSIDE_CHECK(who.error().code == Code::unauthorized ||
                    who.error().code == Code::token_expired);
    COURTSIDE_CHECK(is_plain_text(who.error().message) && who.error().details.empty());
    return;
  }
  COURTSIDE_CHECK(who->kind == Identity::Kind::kAccount && is_channel_id(who->actor));
  COURTSIDE_CHECK(who->expires_s && *who->expires_s + 5 > kNow);
  COURTSIDE_CHECK(is_sorted_once(who->permissions) && is_sorted_once(who->venues) &&
                  is_sorted_once(who->channels));
  COURTSIDE_CHECK(who->permissions.empty() || who->claims_permissions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto credentials = Credentials::make(Issuer::get().access());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check((*credentials)->identify(text, kNow));
  check((*credentials)->identify(hmac_token(Issuer::kSecret, text, Claims().json()), kNow));
  check((*credentials)->identify(hmac_token(Issuer::kSecret, R"({"alg":"HS256"})", text), kNow));
  check(validate_claims(text, {.needs_access_type = false, .issuer = "i", .audience = "a"}, kNow));
  if (const auto header = read_token_header(text)) {
    COURTSIDE_CHECK(text.find(name_of(header->algorithm)) != text.npos ||
                    text.find('\\') != text.npos);
  }
  KeySet keys;
  COURTSIDE_CHECK(!add_jwks(keys, text, "k") || !keys.empty());
  return 0;
}
