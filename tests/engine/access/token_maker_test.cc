// Goal: the server accepts a development token, and the token has each requested claim.
#include "engine/access/token_maker.h"

#include <gtest/gtest.h>

#include "engine/access/token_verifier.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

using Texts = std::vector<std::string>;

Result<Identity> verified(const TokenDraft& draft, Config::Access access = {}) {
  access.jwt_secret = Issuer::kSecret;
  const Result<std::string> token = make_token(draft, access.jwt_secret);
  EXPECT_TRUE(token) << token.error().message;
  return (*TokenVerifier::make(access))->verify(*token, kNow);
}

TEST(TokenMaker, MakesWhatTheServerTakes) {
  const auto who = verified({.user = "u \"1\"",
                             .role = "USER",
                             .permissions = Texts{"b", "a"},
                             .venue = "v1",
                             .channels = {"user:1", "venue:*"},
                             .issued_s = kNow,
                             .expires_s = kNow + 60});
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->actor, "u \"1\"");
  EXPECT_EQ(who->role, "USER");
  EXPECT_EQ(who->permissions, (Texts{"a", "b"}));
  EXPECT_EQ(who->venues, Texts{"v1"});
  EXPECT_EQ(who->channels, (Texts{"user:1", "venue:*"}));
  EXPECT_EQ(who->expires_s, kNow + 60);
}

TEST(TokenMaker, LeavesOutWhatWasNotAskedFor) {
  const auto who = verified({.user = "u", .issued_s = kNow, .expires_s = kNow + 60});
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_FALSE(who->claims_permissions);
  EXPECT_EQ(who->role, "");
  const auto none =
      verified({.user = "u", .permissions = Texts{}, .issued_s = kNow, .expires_s = kNow + 60});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->claims_permissions);
}

TEST(TokenMaker, NamesIssuerAndAudience) {
  Config::Access access;
  access.jwt_issuer = "play";
  access.jwt_audience = "courtside";
  TokenDraft draft{.user = "u", .issued_s = kNow, .expires_s = kNow + 60};
  EXPECT_FALSE(verified(draft, access));
  draft.issuer = "play";
  draft.audience = "courtside";
  EXPECT_TRUE(verified(draft, access));
}

TEST(TokenMaker, NeedsASecret) {
  const auto token = make_token({.user = "u"}, "");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, Code::bad_configuration);
}

}  // namespace
}  // namespace courtside
