// Goal: one question takes both kinds of credential, each by its own rule.
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
