// Goal: a token signed by one of our keys is accepted, whatever made it, and identifies its bearer.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/base64url.h"
#include "engine/access/token_verifier.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

std::unique_ptr<TokenVerifier> make(const Config::Access& access) {
  auto verifier = TokenVerifier::make(access);
  EXPECT_TRUE(verifier) << verifier.error().message;
  return std::move(*verifier);
}

std::string outcome(const TokenVerifier& verifier, std::string_view token) {
  const Result<Identity> who = verifier.verify(token, kNow);
  return who ? who->actor : std::string(info(who.error().code).name);
}

TEST(Token, OfEachAlgorithmIsTaken) {
  const auto verifier = make(Issuer::get().access());
  for (const char* alg : {"HS256", "RS256", "PS256", "ES256"}) {
    EXPECT_EQ(outcome(*verifier, Issuer::get().token(alg, Claims())), "u_1") << alg;
  }
}

// The example of RFC 7515, appendix A.1: a third party's token. Its signature is valid, but its
// claims are not those of an access token.
TEST(Token, OfTheStandardHasAGoodSignature) {
  Config::Access access;
  std::string secret;
  ASSERT_TRUE(
      base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwj"
                       "AzZr1Z9CAow",
                       secret));
  access.jwt_secret = secret;
  const auto verifier = make(access);
  const Result<Identity> who = verifier->verify(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh"
      "0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      kNow);
  ASSERT_FALSE(who);
  EXPECT_EQ(who.error().message, "the token's claim `type` is not ACCESS");
}

TEST(Token, WithAKeysNameMeansTheOnlyKeyWithoutOneWhereNoneHasIt) {
  const Issuer& issuer = Issuer::get();
  const auto token = [&](const char* header) {
    return issuer.rsa().token("RS256", header, Claims().json());
  };
  TestFolder folder;
  Config::Access access;
  access.jwks_file = folder.write("one.json", "{\"keys\":[" + issuer.rsa().jwk() + "," +
                                                  issuer.pss().jwk(R"(,"kid":"p")") + "]}");
  const auto verifier = make(access);
  EXPECT_EQ(outcome(*verifier, token(R"({"alg":"RS256","kid":"2026-11"})")), "u_1");
  EXPECT_EQ(outcome(*verifier, token(R"({"alg":"RS256","kid":"p"})")), "unauthorized")
      << "that one is another key";
  EXPECT_EQ(outcome(*verifier, token(R"({"alg":"RS256"})")), "unauthorized") << "which of the two?";
}

TEST(Token, WithoutAKeysNameMeansTheOnlyKeyOfItsAlgorithm) {
  const Issuer& issuer = Issuer::get();
  const std::string token = issuer.rsa().token("RS256", R"({"alg":"RS256"})", Claims().json());
  EXPECT_EQ(outcome(*make(issuer.access()), token), "u_1");

  TestFolder folder;
  Config::Access access;
  access.jwks_file = folder.write(
      "two.json", "{\"keys\":[" + issuer.rsa().jwk() + "," + issuer.pss().jwk() + "]}");
  EXPECT_EQ(outcome(*make(access), token), "unauthorized");
}

TEST(Token, NeedsASourceOfKeys) {
  const auto verifier = make(Config::Access{});
  for (const char* alg : {"HS256", "RS256", "PS256", "ES256"}) {
    EXPECT_EQ(outcome(*verifier, Issuer::get().token(alg, Claims())), "unauthorized") << alg;
  }
}

TEST(Token, MayBeVerifiedByManyThreadsWhileTheKeysChange) {
  const Issuer& issuer = Issuer::get();
  TestFolder folder;
  Config::Access access = issuer.access();
  access.jwks_file = folder.write("jwks.json", issuer.jwks());
  const auto verifier = make(access);
  std::vector<std::thread> readers;
  std::vector<int> refused(3, 0);
  for (int& count : refused) {
    readers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const char* alg = i % 2 == 0 ? "HS256" : "ES256";
        count += outcome(*verifier, issuer.token(alg, Claims())) == "u_1" ? 0 : 1;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    folder.write("jwks.json", issuer.jwks() + std::string(static_cast<std::size_t>(i), ' '));
    verifier->reload_if_changed();
  }
  for (std::thread& each : readers) each.join();
  EXPECT_EQ(refused, (std::vector<int>{0, 0, 0}));
}

}  // namespace
}  // namespace courtside
