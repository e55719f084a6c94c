// Goal: a JWKS file is read for the keys that we support, each mistake is reported with file and
// key, and a changed file takes effect unless it is broken.
#include <gtest/gtest.h>

#include "engine/access/key_set.h"
#include "engine/access/token_verifier.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

std::string jwks_of(const std::string& keys) { return "{\"keys\":[" + keys + "]}"; }

// The algorithms for which there is one key; otherwise the message.
std::string jwks_outcome(const std::string& text) {
  KeySet keys;
  const Result<void> done = add_jwks(keys, text, "k.json");
  if (!done) {
    EXPECT_EQ(done.error().code, Code::bad_configuration);
    return done.error().message;
  }
  std::string found;
  for (const JwsAlgorithm each :
       {JwsAlgorithm::kHs256, JwsAlgorithm::kRs256, JwsAlgorithm::kPs256, JwsAlgorithm::kEs256}) {
    if (keys.find({.algorithm = each}) != nullptr) found.append(name_of(each)).append(" ");
  }
  return found;
}

const KeyPair& rsa() { return Issuer::get().rsa(); }
const KeyPair& p256() { return Issuer::get().p256(); }

TEST(Jwks, PinsTheAlgorithmOfEachKey) {
  EXPECT_EQ(jwks_outcome(Issuer::get().jwks()), "RS256 PS256 ES256 ");
  EXPECT_EQ(jwks_outcome(jwks_of(rsa().jwk())), "RS256 ");
  EXPECT_EQ(jwks_outcome(jwks_of(rsa().jwk(R"(,"alg":"PS256")"))), "PS256 ");
  EXPECT_EQ(jwks_outcome(jwks_of(p256().jwk(R"(,"alg":"ES256","key_ops":["verify"])"))), "ES256 ");
}

TEST(Jwks, PassesOverKeysThatAreForSomethingElse) {
  const std::string others =
      rsa().jwk(R"(,"use":"enc")") + "," + rsa().jwk(R"(,"alg":"RSA-OAEP")") + "," +
      rsa().jwk(R"(,"alg":"RS512")") + "," + rsa().jwk(R"(,"key_ops":["encrypt"])") +
      R"(,{"kty":"OKP","crv":"Ed25519","x":"A"})" +
      R"(,{"kty":"EC","crv":"P-384","x":"A","y":"A"})";
  EXPECT_EQ(jwks_outcome(jwks_of(others + "," + p256().jwk())), "ES256 ");
  EXPECT_EQ(jwks_outcome(jwks_of(others)), "k.json: has no key for RS256, PS256 or ES256");
}

TEST(Jwks, NamesFileAndKeyOfAMistake) {
  const std::string good = rsa().jwk(R"(,"kid":"a")");
  const auto second = [&](const std::string& key) {
    return jwks_outcome(jwks_of(good + "," + key));
  };
  EXPECT_EQ(second("7"), "k.json: key 2: no JSON object with each name once");
  EXPECT_EQ(second(R"({"kty":"RSA","kty":"RSA"})"),
            "k.json: key 2: no JSON object with each name once");
  EXPECT_EQ(second(R"({"kid":"b"})"), "k.json: key 2 `b`: `kty` is missing");
  EXPECT_EQ(second(R"({"kty":"oct","kid":"b","k":"c2VjcmV0"})"),
            "k.json: key 2 `b`: a secret has no place in a file of public keys");
  EXPECT_EQ(second(p256().jwk(R"(,"kid":7)")), "k.json: key 2: `kid` is no text");
  EXPECT_EQ(second(p256().jwk(R"(,"alg":7)")), "k.json: key 2: `alg` is no text");
  EXPECT_EQ(second(good), "k.json: key 2 `a`: another key has the same `kid`");
  EXPECT_EQ(second(rsa().jwk(R"(,"alg":"ES256")")),
            "k.json: key 2: `alg` ES256 does not go with `kty` RSA");
  EXPECT_EQ(second(p256().jwk(R"(,"alg":"HS256")")),
            "k.json: key 2: `alg` HS256 does not go with `kty` EC");
  EXPECT_EQ(second(p256().jwk(R"(,"alg":"RS256")")),
            "k.json: key 2: `alg` RS256 does not go with `kty` EC");
}

TEST(Jwks, RefusesNumbersThatAreNoKey) {
  const std::string no_rsa = "k.json: key 1: `n` and `e` are no RSA key of 2048 bits or more";
  EXPECT_EQ(jwks_outcome(jwks_of(KeyPair::rsa(1024).jwk())), no_rsa);
  EXPECT_EQ(jwks_outcome(jwks_of(R"({"kty":"RSA"})")), no_rsa);
  EXPECT_EQ(jwks_outcome(jwks_of(R"({"kty":"RSA","n":7,"e":"AQAB"})")), no_rsa);
  const std::string rsa_key = rsa().jwk();
  const std::string n = rsa_key.substr(0, rsa_key.find(",\"e\""));
  EXPECT_EQ(jwks_outcome(jwks_of(n + R"(,"e":"AQ"})")), no_rsa);     // 1
  EXPECT_EQ(jwks_outcome(jwks_of(n + R"(,"e":"Ag"})")), no_rsa);     // 2
  EXPECT_EQ(jwks_outcome(jwks_of(n + R"(,"e":"AQAB="})")), no_rsa);  // padded

  const std::string no_point = "k.json: key 1: `x` and `y` are no point of P-256";
  const std::string one = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
  EXPECT_EQ(jwks_outcome(
                jwks_of(R"({"kty":"EC","crv":"P-256","x":")" + one + R"(","y":")" + one + "\"}")),
            no_point);
  EXPECT_EQ(jwks_outcome(jwks_of(R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})")), no_point);
}

TEST(Jwks, RefusesATextThatIsNoSet) {
  const std::string no_object = "k.json: no JSON object with each name once";
  for (const char* text : {"", "[]", "{", "{}x", R"({"keys":[],"keys":[]})"}) {
    EXPECT_EQ(jwks_outcome(text), no_object) << text;
  }
  EXPECT_EQ(jwks_outcome("{}"), "k.json: `keys` is no list");
  EXPECT_EQ(jwks_outcome(R"({"keys":{}})"), "k.json: `keys` is no list");
  EXPECT_EQ(jwks_outcome(R"({"keys":[]})"), "k.json: has no key for RS256, PS256 or ES256");
}

TEST(Jwks, ThatCannotBeReadIsABadConfiguration) {
  TestFolder folder;
  Config::Access access;
  for (const std::string& path : {folder.path("missing.json"), folder.path("")}) {
    access.jwks_file = path;
    const auto verifier = TokenVerifier::make(access);
    ASSERT_FALSE(verifier) << path;
    EXPECT_EQ(verifier.error().code, Code::bad_configuration);
    EXPECT_EQ(verifier.error().message.find(path), 0u) << verifier.error().message;
  }
}

TEST(Jwks, IsReadAgainWhenItChangesAndKeptWhenTheNewOneIsBroken) {
  const KeyPair before = KeyPair::p256();
  const KeyPair after = KeyPair::p256();
  TestFolder folder;
  Config::Access access;
  access.jwks_file = folder.write("k.json", jwks_of(before.jwk()));
  auto made = TokenVerifier::make(access);
  ASSERT_TRUE(made);
  TokenVerifier& verifier = **made;
  // Whose tokens are accepted: "b", "a" or both.
  const auto taken = [&] {
    std::string out;
    const std::string claims = Claims().json();
    const auto takes = [&](const KeyPair& key) {
      return verifier.verify(key.token("ES256", R"({"alg":"ES256"})", claims), kNow).has_value();
    };
    if (takes(before)) out.append("b");
    if (takes(after)) out.append("a");
    return out;
  };
  EXPECT_EQ(taken(), "b");
  verifier.reload_if_changed();
  EXPECT_EQ(taken(), "b");

  folder.write("k.json", jwks_of(after.jwk()));
  EXPECT_EQ(taken(), "b");  // until reload_if_changed()
  verifier.reload_if_changed();
  EXPECT_EQ(taken(), "a");

  for (const std::string& broken : {std::string("{"), std::string(), jwks_of("7")}) {
    folder.write("k.json", broken);
    verifier.reload_if_changed();
    EXPECT_EQ(taken(), "a");
  }
  std::filesystem::remove(folder.path("k.json"));
  verifier.reload_if_changed();
  EXPECT_EQ(taken(), "a");

  folder.write("k.json", jwks_of(before.jwk()));
  verifier.reload_if_changed();
  EXPECT_EQ(taken(), "b");
}

TEST(Jwks, ThatIsBrokenIsLoggedOnce) {
  TestFolder folder;
  Config::Access access;
  access.jwks_file = folder.write("k.json", jwks_of(rsa().jwk()));
  auto verifier = TokenVerifier::make(access);
  ASSERT_TRUE(verifier);
  folder.write("k.json", "{");
  testing::internal::CaptureStderr();
  (*verifier)->reload_if_changed();
  (*verifier)->reload_if_changed();
  const std::string log = testing::internal::GetCapturedStderr();
  const std::size_t first = log.find("k.json: no JSON object");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("k.json", first + 6), std::string::npos) << log;
}

}  // namespace
}  // namespace courtside
