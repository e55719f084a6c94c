#include "engine/access/key_set.h"

#include <algorithm>
#include <utility>

#include "base/base64url.h"
#include "base/format.h"
#include "engine/access/json_members.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::size_t kKeysMax = 64;
constexpr std::size_t kKeyMembersMax = 32;
constexpr std::size_t kKeyDepthMax = 8;

// Reads one element of `keys`.
class KeyReader {
 public:
  KeyReader(const JsonMembers& members, std::string place)
      : members_(members), place_(std::move(place)) {
    kid_ = text("kid");
    if (kid_) place_.append(" `").append(*kid_).append("`");
  }

  // Empty when the key is for another use or algorithm.
  Result<std::optional<TokenKey>> read() const;

  tl::unexpected<Error> refuse(std::string_view why) const {
    return fail(Code::bad_configuration, format("{}: {}", place_, why));
  }

 private:
  bool has(std::string_view name) const { return !members_.find(name).is(JsonKind::kNone); }
  std::optional<std::string> text(std::string_view name) const {
    return json_owned_text(members_.find(name));
  }
  std::string number(std::string_view name) const;  // decoded; empty when malformed
  bool is_for_signatures() const;
  Result<std::optional<TokenKey>> made(std::optional<JwsKey> key, std::string_view otherwise) const;

  const JsonMembers& members_;
  std::string place_;
  std::optional<std::string> kid_;
};

std::string KeyReader::number(std::string_view name) const {
  const std::optional<std::string> encoded = text(name);
  std::string bytes;
  return encoded && base64url_decode(*encoded, bytes) ? bytes : "";
}

bool KeyReader::is_for_signatures() const {
  if (has("use") && text("use") != "sig") return false;
  if (!has("key_ops")) return true;
  const auto operations = json_texts(members_.find("key_ops"), kKeyMembersMax);
  if (!operations) return false;
  for (const std::string& each : *operations) {
    if (each == "verify") return true;
  }
  return false;
}

Result<std::optional<TokenKey>> KeyReader::made(std::optional<JwsKey> key,
                                                std::string_view otherwise) const {
  if (!key) return refuse(otherwise);
  return TokenKey{.key = std::move(*key), .kid = kid_};
}

Result<std::optional<TokenKey>> KeyReader::read() const {
  const std::optional<std::string> type = text("kty");
  if (!type) return refuse("`kty` is missing");
  if (*type == "oct") return refuse("a secret has no place in a file of public keys");
  if (has("kid") && !kid_) return refuse("`kid` is no text");
  if (has("alg") && !text("alg")) return refuse("`alg` is no text");
  const bool is_rsa = *type == "RSA";
  const bool is_p256 = *type == "EC" && text("crv") == "P-256";
  if (!is_for_signatures() || (!is_rsa && !is_p256)) return std::nullopt;

  const std::string name = text("alg").value_or(is_rsa ? "RS256" : "ES256");
  const std::optional<JwsAlgorithm> algorithm = find_jws_algorithm(name);
  if (!algorithm) return std::nullopt;
  if (*algorithm == JwsAlgorithm::kHs256 || (*algorithm == JwsAlgorithm::kEs256) == is_rsa) {
    return refuse(format("`alg` {} does not go with `kty` {}", name, *type));
  }
  if (is_rsa) {
    return made(JwsKey::make_rsa(*algorithm, number("n"), number("e")),
                "`n` and `e` are no RSA key of 2048 bits or more");
  }
  return made(JwsKey::make_p256(number("x"), number("y")), "`x` and `y` are no point of P-256");
}

// How messages name the element: "keys.json: key 2".
std::string place_of(std::string_view file, std::size_t index) {
  return format("{}: key {}", file, index + 1);
}

}  // namespace

const TokenKey* KeySet::find(const TokenHeader& header) const {
  const TokenKey* found = nullptr;
  bool is_one = true;
  for (const TokenKey& each : keys_) {
    if (each.key.algorithm() != header.algorithm) continue;
    if (header.kid && each.kid) {
      if (each.kid == header.kid) return &each;
      continue;
    }
    is_one = found == nullptr;  // false: two candidates, ambiguous
    found = &each;
  }
  return is_one ? found : nullptr;
}

bool KeySet::has_key(const Sha256& fingerprint) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const TokenKey& each) { return each.key.fingerprint() == fingerprint; });
}

bool KeySet::has_name(JwsAlgorithm algorithm, std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const TokenKey& each) {
    return each.key.algorithm() == algorithm && each.kid == kid;
  });
}

Result<void> add_jwks(KeySet& keys, std::string_view text, std::string_view file) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::bad_configuration, format("{}: {}", file, why));
  };
  const auto members = JsonMembers::read(text, kKeyMembersMax, kKeyDepthMax);
  if (!members) return refuse("no JSON object with each name once");
  const JsonValue list = members->find("keys");
  if (!list.is(JsonKind::kArray)) return refuse("`keys` is no list");

  JsonReader reader(list.raw);
  reader.begin_array();
  std::size_t taken = 0;
  for (std::size_t index = 0; reader.next_element(); ++index) {
    if (index == kKeysMax) return refuse(format("more than {} keys", kKeysMax));
    const JsonValue element = reader.value();
    const auto key_members = JsonMembers::read(element.raw, kKeyMembersMax, kKeyDepthMax);
    if (!key_members) {
      return fail(Code::bad_configuration,
                  place_of(file, index) + ": no JSON object with each name once");
    }
    const KeyReader key_reader(*key_members, place_of(file, index));
    Result<std::optional<TokenKey>> key = key_reader.read();
    if (!key) return fail(key.error());
    if (!*key) continue;
    if ((*key)->kid && keys.has_name((*key)->key.algorithm(), *(*key)->kid)) {
      return key_reader.refuse("another key has the same `kid`");
    }
    keys.add(std::move(**key));
    ++taken;
  }
  if (taken == 0) return refuse("has no key for RS256, PS256 or ES256");
  return {};
}

}  // namespace courtside
