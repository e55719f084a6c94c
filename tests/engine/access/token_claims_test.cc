// Goal: in a token with a valid signature, each wrong claim is refused with its name, and valid
// claims become the identity.
#include "engine/access/token_claims.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/access/token_verifier.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kTwoTo53 = "9007199254740992";

// "ok", or code and message.
std::string outcome(std::string_view json, const ClaimRules& rules = {},
                    std::int64_t now_s = kNow) {
  const Result<Identity> who = validate_claims(json, rules, now_s);
  if (who) return "ok";
  return std::string(info(who.error().code).name) + ": " + who.error().message;
}
std::string outcome(const Claims& claims, const ClaimRules& rules = {}, std::int64_t now_s = kNow) {
  return outcome(claims.json(), rules, now_s);
}
std::string refusal(const std::string& claim, const std::string& why) {
  return "unauthorized: the token's claim `" + claim + "` " + why;
}

Identity identity(const Claims& claims) {
  const Result<Identity> who = validate_claims(claims.json(), {}, kNow);
  EXPECT_TRUE(who) << who.error().message;
  return who.value_or(Identity{});
}

TEST(TokenClaims, SayWhoComesAndUntilWhen) {
  const Identity who = identity(Claims());
  EXPECT_EQ(who.kind, Identity::Kind::kAccount);
  EXPECT_EQ(who.actor, "u_1");
  EXPECT_EQ(who.expires_s, kNow + 300);
  EXPECT_EQ(who.role, "");
  EXPECT_FALSE(who.claims_permissions);
}

TEST(TokenClaims, TakeTheSubjectWhereThereIsNoUserId) {
  EXPECT_EQ(identity(Claims().without("userId").with("sub", "\"u_2\"")).actor, "u_2");
  EXPECT_EQ(identity(Claims().with("userId", "null").with("sub", "\"u_2\"")).actor, "u_2");
  EXPECT_EQ(identity(Claims().with("sub", "\"u_2\"")).actor, "u_1");
  EXPECT_EQ(identity(Claims().with("userId", "\"\\u0075_1\"")).actor, "u_1");
  EXPECT_EQ(outcome(Claims().without("userId")), refusal("sub", "is no account's id"));
}

TEST(TokenClaims, NeedAnIdOfATextOf1To64Bytes) {
  EXPECT_EQ(outcome(Claims().with("userId", "\"" + std::string(64, 'a') + "\"")), "ok");
  for (const std::string& id :
       {std::string("\"\""), "\"" + std::string(65, 'a') + "\"", std::string("7"),
        std::string("[\"u_1\"]"), std::string("{}"), std::string("true"),
        std::string(R"("a\u0000b")"), std::string(R"("a\nb")"), std::string(R"("a\u0085b")"),
        std::string(R"("\ud800")")}) {
    // Not even if `sub` is valid.
    EXPECT_EQ(outcome(Claims().with("userId", id).with("sub", "\"u_2\"")),
              refusal("userId", "is no account's id"))
        << id;
  }
}

TEST(TokenClaims, BecomeRightsSortedAndOnce) {
  const Identity who = identity(Claims()
                                    .with("userRole", "\"VENUE_OWNER\"")
                                    .with("permissions", R"(["b:x","a:y","b:x"])")
                                    .with("venueId", R"(["v2","v1","v2"])")
                                    .with("channels", R"(["venue:*","user:u_1","*"])"));
  EXPECT_EQ(who.role, "VENUE_OWNER");
  EXPECT_EQ(who.permissions, (Texts{"a:y", "b:x"}));
  EXPECT_TRUE(who.claims_permissions);
  EXPECT_EQ(who.venues, (Texts{"v1", "v2"}));
  EXPECT_EQ(who.channels, (Texts{"*", "user:u_1", "venue:*"}));
  EXPECT_EQ(identity(Claims().with("venueId", "\"v1\"")).venues, Texts{"v1"});
  EXPECT_TRUE(identity(Claims().with("permissions", "[]")).claims_permissions);
  EXPECT_FALSE(identity(Claims().with("permissions", "null")).claims_permissions);
}

TEST(TokenClaims, RefuseRightsThatAreMalformed) {
  std::string many = "[";
  for (int i = 0; i < 257; ++i) many.append(i > 0 ? ",\"a\"" : "\"a\"");
  many.append("]");
  for (const char* name : {"permissions", "channels", "venueId"}) {
    for (const std::string& list : {std::string("7"), std::string("{}"), std::string("[7]"),
                                    std::string("[[\"a\"]]"), std::string("[null]"), many}) {
      EXPECT_EQ(outcome(Claims().with(name, list)),
                refusal(name, "is no list of texts, or too long a one"))
          << list;
    }
    EXPECT_EQ(outcome(Claims().with(name, R"([""])")), refusal(name, "has a malformed text"));
  }
  EXPECT_EQ(outcome(Claims().with("permissions", "\"a\"")),
            refusal("permissions", "is no list of texts, or too long a one"));
  EXPECT_EQ(outcome(Claims().with("channels", R"(["user"])")),
            refusal("channels", "has a malformed text"));
  EXPECT_EQ(outcome(Claims().with("userRole", "7")), refusal("userRole", "is no role's name"));
  EXPECT_EQ(outcome(Claims().with("userRole", "\"\"")), refusal("userRole", "is no role's name"));
}

TEST(TokenClaims, AreOfAnAccessToken) {
  for (const char* type : {"\"REFRESH\"", "\"VERIFICATION\"", "\"access\"", "\"ACCESS \"", "\"\"",
                           "null", "true", "[\"ACCESS\"]"}) {
    EXPECT_EQ(outcome(Claims().with("type", type)), refusal("type", "is not ACCESS")) << type;
    EXPECT_EQ(outcome(Claims().with("type", type), {.needs_access_type = false}), "ok") << type;
  }
  EXPECT_EQ(outcome(Claims().without("type")), refusal("type", "is not ACCESS"));
}

TEST(TokenClaims, NeedTheTypeByTheKeyThatSigned) {
  Config::Access access = Issuer::get().access();
  const auto taken = [&](const char* alg) {
    const std::string token = Issuer::get().token(alg, Claims().with("type", "\"REFRESH\""));
    return (*TokenVerifier::make(access))->verify(token, kNow).has_value();
  };
  EXPECT_FALSE(taken("HS256"));
  EXPECT_TRUE(taken("ES256"));
  access.jwks_access_type = true;
  EXPECT_FALSE(taken("ES256"));
}

TEST(TokenClaims, ComeFromTheIssuerForThisAudience) {
  const ClaimRules rules{.issuer = "play", .audience = "courtside"};
  const auto with = [](const char* iss, const char* aud) {
    return Claims().with("iss", iss).with("aud", aud);
  };
  EXPECT_EQ(outcome(with("\"play\"", "\"courtside\""), rules), "ok");
  EXPECT_EQ(outcome(with("\"play\"", R"(["a","courtside"])"), rules), "ok");
  for (const char* iss :
       {"\"other\"", "\"play \"", "\"Play\"", "\"\"", "7", "[\"play\"]", "null"}) {
    EXPECT_EQ(outcome(with(iss, "\"courtside\""), rules),
              refusal("iss", "is not the issuer that is taken"))
        << iss;
  }
  for (const char* aud : {"\"other\"", "\"\"", "7", "[]", R"(["a"])", R"(["courtside",7])",
                          "{\"courtside\":1}", "null"}) {
    EXPECT_EQ(outcome(with("\"play\"", aud), rules), refusal("aud", "does not name this server"))
        << aud;
  }
  EXPECT_EQ(outcome(Claims(), rules), refusal("iss", "is not the issuer that is taken"));
}

TEST(TokenClaims, EndAtTheirTimeAndTheLeeway) {
  const ClaimRules rules{.leeway_s = 5};
  const Claims claims = Claims().with("exp", std::to_string(kNow));
  EXPECT_EQ(outcome(claims, rules, kNow + 4), "ok");
  EXPECT_EQ(outcome(claims, rules, kNow + 5), "token_expired: the token has expired");
  EXPECT_EQ(outcome(Claims().with("exp", "0")), "token_expired: the token has expired");
  EXPECT_EQ(outcome(Claims().with("exp", kTwoTo53)), "ok");
}

TEST(TokenClaims, AreExpiredOnlyWhenNothingElseIsWrong) {
  const Claims expired = Claims().with("exp", "1");
  EXPECT_EQ(outcome(expired.with("type", "\"REFRESH\"")), refusal("type", "is not ACCESS"));
  EXPECT_EQ(outcome(expired.with("userId", "7")), refusal("userId", "is no account's id"));
  EXPECT_EQ(outcome(expired.with("nbf", kTwoTo53)), refusal("nbf", "is still to come"));
}

TEST(TokenClaims, BeginAtTheirTimeLessTheLeeway) {
  const ClaimRules rules{.leeway_s = 5};
  EXPECT_EQ(outcome(Claims().with("nbf", std::to_string(kNow + 5)), rules), "ok");
  EXPECT_EQ(outcome(Claims().with("nbf", std::to_string(kNow + 6)), rules),
            refusal("nbf", "is still to come"));
}

TEST(TokenClaims, HaveTimesThatAreNumbersFrom0To2To53) {
  EXPECT_EQ(outcome(Claims().without("exp")), refusal("exp", "is no time"));
  EXPECT_EQ(outcome(Claims().without("iat")), "ok");
  for (const char* name : {"exp", "nbf", "iat"}) {
    for (const char* time :
         {"\"1800000300\"", "-1", "-0", "-0.5", "-1e-9", "-1800000300", "9007199254740993",
          "9007199254740993.5", "1e16", "9223372036854775807", "9223372036854775808",
          "18446744073709551616", "1e400", "null", "true", "[]", "{}", "[1800000300]"}) {
      EXPECT_EQ(outcome(Claims().with(name, time)), refusal(name, "is no time")) << time;
    }
  }
}

// RFC 7519, section 2: a NumericDate may have a fraction, and JSON has several notations for
// numbers.
TEST(TokenClaims, HaveTimesWithAFractionOrAnExponent) {
  for (const char* exp : {"1800000300.0", "1800000300.5", "1.8000003e9", "18000003E2", "1.9e+9"}) {
    EXPECT_EQ(outcome(Claims().with("exp", exp)), "ok") << exp;
  }
  for (const char* past : {"1800000000.0", "1799999999.5", "1.8e9", "18E8", "0.5", "1e-9"}) {
    EXPECT_EQ(outcome(Claims().with("nbf", past)), "ok") << past;
    EXPECT_EQ(outcome(Claims().with("iat", past)), "ok") << past;
  }
  const Identity who = identity(Claims().with("exp", "1800000300.25").with("iat", "1799999999.75"));
  EXPECT_EQ(who.expires_s, 1800000301) << "not before its time";
  EXPECT_EQ(who.issued, Timestamp(1799999999'750'000));
  EXPECT_EQ(outcome(Claims().with("exp", "1800000000.5"), {}, kNow), "ok");
  EXPECT_EQ(outcome(Claims().with("exp", "1799999999.5"), {}, kNow),
            "token_expired: the token has expired");
  // `now_s` is the second that has begun.
  EXPECT_EQ(outcome(Claims().with("nbf", "1800000000.9"), {}, kNow), "ok");
  EXPECT_EQ(outcome(Claims().with("nbf", "1800000001.0"), {}, kNow),
            refusal("nbf", "is still to come"));
}

TEST(TokenClaims, WereNotMadeInTheFuture) {
  const ClaimRules rules{.leeway_s = 5};
  const auto made = [&](std::int64_t s) { return Claims().with("iat", std::to_string(s)); };
  EXPECT_EQ(outcome(made(kNow + 5), rules), "ok");
  EXPECT_EQ(outcome(made(kNow + 6), rules), refusal("iat", "is still to come"));
  EXPECT_EQ(outcome(Claims().with("iat", kTwoTo53), rules), refusal("iat", "is still to come"));
  EXPECT_EQ(outcome(Claims().with("iat", "1.9e9"), rules), refusal("iat", "is still to come"));
}

TEST(TokenClaims, EndWhenTheyAreTooOldWhateverTheySay) {
  const ClaimRules rules{.leeway_s = 5, .age_max_s = 3600};
  const auto made = [&](std::int64_t ago_s) {
    return Claims().with("iat", std::to_string(kNow - ago_s)).with("exp", kTwoTo53);
  };
  EXPECT_EQ(outcome(made(3604), rules), "ok");
  EXPECT_EQ(outcome(made(3605), rules), "token_expired: the token is older than a token may be");
  EXPECT_EQ(validate_claims(made(0).json(), rules, kNow)->expires_s, kNow + 3600);
  EXPECT_EQ(validate_claims(Claims().json(), rules, kNow)->expires_s, kNow + 300);
  // Without `iat` its age is unknown.
  const Claims ageless = Claims().without("iat");
  EXPECT_EQ(outcome(ageless.with("exp", std::to_string(kNow + 3605)), rules), "ok");
  EXPECT_EQ(outcome(ageless.with("exp", std::to_string(kNow + 3606)), rules),
            refusal("exp", "is further ahead than a token may be old, and there is no `iat`"));
}

TEST(TokenClaims, AreOneObjectWithEachNameOnce) {
  const std::string refused =
      "unauthorized: the token's claims are no JSON object with each name once";
  const std::string good = Claims().json();
  const std::string open = good.substr(0, good.size() - 1);
  ASSERT_EQ(outcome(good), "ok");
  for (const std::string& json :
       {std::string(), std::string("[]"), std::string("null"), std::string("\"a\""), good + "x",
        good + good, open, open + ",}", "\xef\xbb\xbf" + good, open + ",\"x\":\"\xff\"}",
        open + ",\"userId\":\"u_2\"}", open + ",\"exp\":1}", open + ",\"\\u0065xp\":1}",
        open + ",\"x\":1,\"x\":1}", open + ",\"x\":" + std::string(2'000, '[') + "}",
        open + ",\"x\":" + std::string(9, '[') + std::string(9, ']') + "}"}) {
    EXPECT_EQ(outcome(json), refused) << json.substr(0, 200);
  }
  Claims crowded;
  for (int i = 0; i < 64; ++i) crowded = crowded.with("m" + std::to_string(i), "1");
  EXPECT_EQ(outcome(crowded), refused);
}

}  // namespace
}  // namespace courtside
