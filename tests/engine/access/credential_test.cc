// Goal: Credentials identifies both kinds of credential, each by its own rules.
#include "engine/access/credential.h"

#include <gtest/gtest.h>

#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

const std::string kKey(32, 'k');

std::string outcome(const Credentials& credentials, const std::string& bearer) {
  const Result<Identity> who = credentials.identify(bearer, kNow);
  return who ? who->actor : std::string(info(who.error().code).name);
}

TEST(Credentials, TakeATokenOrAServicesKey) {
  TestFolder folder;
  Config::Access access = Issuer::get().access();
  access.service_keys_file = folder.write("keys", "backend:" + kKey);
  const auto made = Credentials::make(access);
  ASSERT_TRUE(made) << made.error().message;
  const Credentials& credentials = **made;
  EXPECT_EQ(outcome(credentials, Issuer::get().token("HS256", Claims())), "u_1");
  EXPECT_EQ(outcome(credentials, kKey), "backend");
  EXPECT_EQ(outcome(credentials, Issuer::get().token("HS256", Claims().with("exp", "1"))),
            "token_expired");
  for (const std::string& other :
       {std::string(), std::string("."), std::string(".."), std::string("..."), kKey + "..",
        "Bearer " + kKey, std::string(1 << 20, 'A')}) {
    EXPECT_EQ(outcome(credentials, other), "unauthorized") << other;
  }
}

TEST(Credentials, ReadBothFilesAgain) {
  TestFolder folder;
  Config::Access access;
  access.service_keys_file = folder.write("keys", "other:" + std::string(32, 'o'));
  access.jwks_file = folder.write("jwks", "{\"keys\":[" + KeyPair::p256().jwk() + "]}");
  auto credentials = Credentials::make(access);
  ASSERT_TRUE(credentials);
  const std::string token = Issuer::get().token("ES256", Claims());
  EXPECT_EQ(outcome(**credentials, kKey), "unauthorized");
  EXPECT_EQ(outcome(**credentials, token), "unauthorized");
  folder.write("keys", "backend:" + kKey);
  folder.write("jwks", Issuer::get().jwks());
  (*credentials)->reload_if_changed();
  EXPECT_EQ(outcome(**credentials, kKey), "backend");
  EXPECT_EQ(outcome(**credentials, token), "u_1");
}

TEST(Credentials, SayWhatTheKeyOfAnIdentityGrantsNow) {
  TestFolder folder;
  const KeyPair one = KeyPair::p256();
  const KeyPair other = KeyPair::p256();
  const auto jwks = [](const std::string& keys) { return "{\"keys\":[" + keys + "]}"; };
  const std::string other_key(32, 'o');
  Config::Access access;
  access.jwt_secret = Issuer::kSecret;
  access.service_keys_file = folder.write("keys", "a:" + kKey + ":x,y\nb:" + other_key);
  access.jwks_file = folder.write("jwks", jwks(one.jwk(R"(,"kid":"1")")));
  auto credentials = Credentials::make(access);
  ASSERT_TRUE(credentials);
  const Credentials& known = **credentials;
  const std::string token = one.token("ES256", R"({"alg":"ES256"})", Claims().json());
  const Identity account = *known.identify(token, kNow);
  const Identity by_secret = *known.identify(Issuer::get().token("HS256", Claims()), kNow);
  const Identity a = *known.identify(kKey, kNow);
  const Identity b = *known.identify(other_key, kNow);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(known.look_up_key(a)->permissions, (Texts{"x", "y"}));
  EXPECT_TRUE(known.look_up_key(account));

  const auto read_again = [&](const std::string& keys, const std::string& set) {
    folder.write("keys", keys);
    folder.write("jwks", jwks(set));
    (*credentials)->reload_if_changed();
  };
  read_again("a:" + kKey + ":y\nc:" + other_key, other.jwk() + "," + one.jwk(R"(,"kid":"2")"));
  EXPECT_EQ(known.look_up_key(a)->permissions, Texts{"y"});
  EXPECT_FALSE(known.look_up_key(b)) << "the key is another service's";
  EXPECT_TRUE(known.look_up_key(account)) << "the same key under another name";
  read_again("a:" + std::string(32, 'n'), other.jwk(R"(,"kid":"1")"));
  EXPECT_FALSE(known.look_up_key(a)) << "the name has another key";
  EXPECT_FALSE(known.look_up_key(account)) << "another key under the same name";
  EXPECT_TRUE(known.look_up_key(by_secret)) << "which no file takes away";
  read_again("", other.jwk());
  EXPECT_FALSE(known.look_up_key(a)) << "a file without a key takes all of them away";
}

TEST(Credentials, NeedFilesThatAreGood) {
  TestFolder folder;
  Config::Access access;
  access.service_keys_file = folder.write("keys", "backend");
  EXPECT_FALSE(Credentials::make(access));
  access.service_keys_file.clear();
  access.jwks_file = folder.write("jwks", "{}");
  EXPECT_FALSE(Credentials::make(access));
}

}  // namespace
}  // namespace courtside
