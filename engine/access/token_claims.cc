#include "engine/access/token_claims.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/format.h"
#include "base/time.h"
#include "engine/access/json_members.h"
#include "schema/channel.h"
#include "schema/text.h"

namespace courtside {
namespace {

constexpr std::size_t kClaimsMax = 64;
constexpr std::size_t kClaimsDepthMax = 8;
constexpr std::size_t kListMax = 256;       // permissions, venues, channels, audiences: of each
constexpr std::size_t kWordBytesMax = 128;  // a permission's key, a role's name
constexpr std::int64_t kSecondsMax = 1LL << 53;  // exact in every JSON reader

tl::unexpected<Error> refuse(std::string_view claim, std::string_view why) {
  return fail(Code::unauthorized, format("the token's claim `{}` {}", claim, why));
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kWordBytesMax && is_plain_text(text);
}

bool is_channel_or_pattern(std::string_view text) {
  return is_channel(text) || is_channel_pattern(text);
}

// A NumericDate (RFC 7519).
struct NumericDate {
  std::int64_t whole_s = 0;  // 0 ... kSecondsMax
  std::int64_t micros = 0;   // 0 ... 999,999

  // The first whole second that is not before it.
  std::int64_t ceiling_s() const { return whole_s + (micros > 0 ? 1 : 0); }
  Timestamp timestamp() const { return Timestamp(whole_s * kMicrosPerSecond + micros); }
};

// Empty when the value is not such a date. Today's times in a double are exact to a quarter of a
// microsecond.
std::optional<NumericDate> numeric_date(const JsonValue& value) {
  if (!value.is(JsonKind::kNumber) || value.raw.front() == '-') return std::nullopt;
  if (const std::optional<std::int64_t> whole = json_integer(value)) {
    if (*whole > kSecondsMax) return std::nullopt;
    return NumericDate{.whole_s = *whole};
  }
  double seconds = 0;
  const char* const end = value.raw.data() + value.raw.size();
  const auto [stop, error] = std::from_chars(value.raw.data(), end, seconds);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (!(seconds <= static_cast<double>(kSecondsMax))) return std::nullopt;
  const double whole = std::floor(seconds);
  const auto micros = static_cast<std::int64_t>((seconds - whole) * kMicrosPerSecond);
  return NumericDate{.whole_s = static_cast<std::int64_t>(whole), .micros = micros};
}

// Checks one set of claims step by step; the first step that fails ends it.
class ClaimsValidator {
 public:
  ClaimsValidator(const JsonMembers& claims, const ClaimRules& rules)
      : claims_(claims), rules_(rules) {}

  Result<void> check_origin() const;
  Result<void> take_identity();
  Result<void> take_rights();
  Result<void> check_time(std::int64_t now_s);

  Identity&& identity() { return std::move(identity_); }

 private:
  Result<void> check_age(const NumericDate& iat, std::int64_t now_s);
  // Leaves `out` unchanged when the claim is absent. The list is sorted, without duplicates.
  Result<void> take_list(std::string_view name, bool (*is_good)(std::string_view), bool may_be_text,
                         std::vector<std::string>& out) const;

  const JsonMembers& claims_;
  const ClaimRules& rules_;
  Identity identity_{.kind = Identity::Kind::kAccount};
};

Result<void> ClaimsValidator::check_origin() const {
  if (rules_.needs_access_type && json_owned_text(claims_.find("type")) != "ACCESS") {
    return refuse("type", "is not ACCESS");
  }
  if (!rules_.issuer.empty() && json_owned_text(claims_.find("iss")) != rules_.issuer) {
    return refuse("iss", "is not the issuer that is taken");
  }
  if (rules_.audience.empty()) return {};
  const JsonValue aud = claims_.find("aud");
  if (json_owned_text(aud) == rules_.audience) return {};
  const auto list = json_texts(aud, kListMax);
  if (list && std::find(list->begin(), list->end(), rules_.audience) != list->end()) return {};
  return refuse("aud", "does not name this server");
}

Result<void> ClaimsValidator::take_identity() {
  const char* name = claims_.find("userId").absent() ? "sub" : "userId";
  const std::optional<std::string> id = json_owned_text(claims_.find(name));
  if (!id || !is_channel_id(*id)) return refuse(name, "is no account's id");
  identity_.actor = *id;
  return {};
}

Result<void> ClaimsValidator::take_rights() {
  const JsonValue role = claims_.find("userRole");
  if (!role.absent()) {
    const std::optional<std::string> name = json_owned_text(role);
    if (!name || !is_word(*name)) return refuse("userRole", "is no role's name");
    identity_.role = *name;
  }
  identity_.claims_permissions = !claims_.find("permissions").absent();
  if (const auto done = take_list("permissions", is_word, false, identity_.permissions); !done) {
    return done;
  }
  if (const auto done = take_list("venueId", is_channel_id, true, identity_.venues); !done) {
    return done;
  }
  return take_list("channels", is_channel_or_pattern, false, identity_.channels);
}

Result<void> ClaimsValidator::take_list(std::string_view name, bool (*is_good)(std::string_view),
                                        bool may_be_text, std::vector<std::string>& out) const {
  const JsonValue value = claims_.find(name);
  if (value.absent()) return {};
  std::optional<std::vector<std::string>> list;
  if (may_be_text && value.is(JsonKind::kString)) {
    if (std::optional<std::string> text = json_owned_text(value)) list.emplace({std::move(*text)});
  } else {
    list = json_texts(value, kListMax);
  }
  if (!list) return refuse(name, "is no list of texts, or too long a one");
  if (!std::all_of(list->begin(), list->end(), is_good))
    return refuse(name, "has a malformed text");
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
  out = std::move(*list);
  return {};
}

Result<void> ClaimsValidator::check_time(std::int64_t now_s) {
  for (const char* name : {"iat", "nbf"}) {
    const JsonValue value = claims_.find(name);
    if (value.is(JsonKind::kNone)) continue;
    const std::optional<NumericDate> date = numeric_date(value);
    if (!date) return refuse(name, "is no time");
    // Second `now_s` has begun and may be almost over, so a date within it is not in the future.
    if (date->whole_s > now_s + rules_.leeway_s) return refuse(name, "is still to come");
  }
  const std::optional<NumericDate> exp = numeric_date(claims_.find("exp"));
  if (!exp) return refuse("exp", "is no time");
  identity_.expires_s = exp->ceiling_s();
  if (const auto iat = numeric_date(claims_.find("iat"))) {
    identity_.issued = iat->timestamp();
    if (const auto done = check_age(*iat, now_s); !done) return done;
  } else if (rules_.age_max_s > 0 && exp->whole_s > now_s + rules_.leeway_s + rules_.age_max_s) {
    return refuse("exp", "is further ahead than a token may be old, and there is no `iat`");
  }
  if (exp->ceiling_s() + rules_.leeway_s <= now_s) {
    return fail(Code::token_expired, "the token has expired");
  }
  return {};
}

// Limits the expiry to the maximum age; an error when the token is too old.
Result<void> ClaimsValidator::check_age(const NumericDate& iat, std::int64_t now_s) {
  if (rules_.age_max_s == 0) return {};
  const std::int64_t end_s = iat.ceiling_s() + rules_.age_max_s;
  if (end_s + rules_.leeway_s <= now_s) {
    return fail(Code::token_expired, "the token is older than a token may be");
  }
  identity_.expires_s = std::min(*identity_.expires_s, end_s);
  return {};
}

}  // namespace

Result<Identity> validate_claims(std::string_view json, const ClaimRules& rules,
                                 std::int64_t now_s) {
  const std::optional<JsonMembers> claims = JsonMembers::read(json, kClaimsMax, kClaimsDepthMax);
  if (!claims) {
    return fail(Code::unauthorized, "the token's claims are no JSON object with each name once");
  }
  ClaimsValidator judge(*claims, rules);
  if (const auto done = judge.check_origin(); !done) return fail(done.error());
  if (const auto done = judge.take_identity(); !done) return fail(done.error());
  if (const auto done = judge.take_rights(); !done) return fail(done.error());
  if (const auto done = judge.check_time(now_s); !done) return fail(done.error());
  return judge.identity();
}

}  // namespace courtside
