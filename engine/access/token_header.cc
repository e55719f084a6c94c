#include "engine/access/token_header.h"

#include <array>

#include "base/format.h"
#include "engine/access/json_members.h"

namespace courtside {
namespace {

constexpr std::size_t kHeaderMembersMax = 16;
constexpr std::size_t kHeaderDepthMax = 2;
constexpr std::array<std::string_view, 6> kRefused = {"jku", "x5u", "jwk", "x5c", "crit", "b64"};

tl::unexpected<Error> refuse(std::string_view why) {
  return fail(Code::unauthorized, format("the token's header {}", why));
}

}  // namespace

Result<TokenHeader> read_token_header(std::string_view json) {
  const std::optional<JsonMembers> members =
      JsonMembers::read(json, kHeaderMembersMax, kHeaderDepthMax);
  if (!members) return refuse("is no JSON object with each name once");
  for (const std::string_view name : kRefused) {
    if (!members->find(name).is(JsonKind::kNone)) {
      return refuse(format("has `{}`, which is not allowed", name));
    }
  }
  const JsonValue typ = members->find("typ");
  if (!typ.is(JsonKind::kNone) && !typ.is(JsonKind::kString)) return refuse("has a bad `typ`");

  const std::optional<std::string> alg = json_owned_text(members->find("alg"));
  const auto algorithm = alg ? find_jws_algorithm(*alg) : std::nullopt;
  if (!algorithm) return refuse("names no supported algorithm");

  TokenHeader header{.algorithm = *algorithm};
  const JsonValue kid = members->find("kid");
  if (kid.is(JsonKind::kNone)) return header;
  header.kid = json_owned_text(kid);
  if (!header.kid) return refuse("has a `kid` that is no text");
  return header;
}

}  // namespace courtside
