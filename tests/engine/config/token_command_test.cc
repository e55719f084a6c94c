// Goal: `courtside token` becomes the claims that were asked for, and the server's own settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/config/command_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;

// 2026-11-01T10:00:00Z, with nothing in the environment.
Surroundings plain() {
  return {.environment = {},
          .stdin_is_terminal = true,
          .stdout_is_terminal = true,
          .now = *parse_rfc3339("2026-11-01T10:00:00Z")};
}

TokenCommand parsed(const std::vector<std::string>& arguments,
                    const Surroundings& around = plain()) {
  const auto line = parse_command_line(arguments, around);
  if (line && std::holds_alternative<TokenCommand>(*line)) return std::get<TokenCommand>(*line);
  ADD_FAILURE() << (line ? "another command" : line.error().err);
  return {};
}

// "64 courtside: ...": status and message.
std::string refused(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments, plain());
  if (line) return "accepted";
  const std::string& err = line.error().err;
  return std::to_string(line.error().status) + " " + err.substr(0, err.find('\n'));
}

TEST(TokenCommandLine, SaysWhoseItIsAndWhatItMay) {
  Surroundings around = plain();
  around.environment["JWT_SECRET"] = "the platform's";
  around.environment["COURTSIDE_ACCESS_JWT_ISSUER"] = "play";
  const auto token =
      parsed({"token", "--user", "u_1", "--role", "USER", "--permission", "a:b", "--permission",
              "c:d", "--venue", "v_1", "--channel", "user:u_1", "--expires", "5m"},
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
  EXPECT_EQ(parsed({"token", "--user", "u", "--secret", "mine"}, around).secret, "mine");
}

TEST(TokenCommandLine, TellsNoPermissionFromNoWordAboutThem) {
  const auto token = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"token", "--user", "u"});
    return parsed(more);
  };
  EXPECT_EQ(token({}).permissions, std::nullopt);
  EXPECT_EQ(token({"--permission", ""}).permissions, std::vector<std::string>{});
  EXPECT_EQ(token({}).expires_s - token({}).issued_s, 3600);
}

TEST(TokenCommandLine, RefusesWhatTheServerWould) {
  EXPECT_THAT(refused({"token"}), HasSubstr("64 courtside: --user is required"));
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
