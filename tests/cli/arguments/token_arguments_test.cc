// Goal: `courtside token` becomes the claims that were asked for, and the server's own settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(TokenCommandLine, SaysWhoseItIsAndWhatItMay) {
  Surroundings around = terminal();
  around.environment["JWT_SECRET"] = "the platform's";
  around.environment["COURTSIDE_ACCESS_JWT_ISSUER"] = "play";
  const auto token = parsed<TokenCommand>(
      {"token", "--user", "u_1", "--role", "USER", "--permission", "a:b", "--permission", "c:d",
       "--venue", "v_1", "--channel", "user:u_1", "--expires", "5m"},
      around);
  EXPECT_EQ(token.user, "u_1");
  EXPECT_EQ(token.role, "USER");
  EXPECT_EQ(token.permissions, (std::vector<std::string>{"a:b", "c:d"}));
  EXPECT_EQ(token.venue, "v_1");
  EXPECT_EQ(token.channels, std::vector<std::string>{"user:u_1"});
  EXPECT_EQ(token.type, "ACCESS");
  EXPECT_EQ(token.secret, "the platform's");
  EXPECT_EQ(token.issuer, "play");
  EXPECT_EQ(token.audience, "");
  EXPECT_EQ(token.issued_s, around.now.value() / 1'000'000);
  EXPECT_EQ(token.expires_s - token.issued_s, 300);
  EXPECT_EQ(parsed<TokenCommand>({"token", "--user", "u", "--secret", "mine"}, around).secret,
            "mine");
}

TEST(TokenCommandLine, TellsNoPermissionFromNoWordAboutThem) {
  const auto token = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"token", "--user", "u"});
    return parsed<TokenCommand>(more);
  };
  EXPECT_EQ(token({}).permissions, std::nullopt);
  EXPECT_EQ(token({"--permission", ""}).permissions, std::vector<std::string>{});
  EXPECT_EQ(token({}).expires_s - token({}).issued_s, 3600);
}

TEST(TokenCommandLine, RefusesWhatTheServerWould) {
  EXPECT_THAT(refused({"token"}), HasSubstr("64 courtside: token: --user is missing"));
  EXPECT_EQ(refused({"token", "--user", ""}),
            "64 courtside: token: --user: not 1 to 64 bytes of text");
  for (const char* lifetime : {"0", "10", "0s", "367d", "soon", "-1h"}) {
    EXPECT_EQ(refused({"token", "--user", "u", std::string("--expires=") + lifetime}),
              std::string("64 courtside: token: --expires: `") + lifetime +
                  "` is not within 1s ... 366d");
  }
  EXPECT_THAT(refused({"token", "--user", "u", "--config", "/nowhere"}), HasSubstr("66 courtside"));
}

}  // namespace
}  // namespace courtside
