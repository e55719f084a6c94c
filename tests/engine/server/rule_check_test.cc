// Goal: the error for a mistyped rule, or a mistyped permission of a service key, names it and its
// place.
#include "engine/server/rule_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/config/config_toml.h"

namespace courtside {
namespace {

// "OK", or the message.
std::string checked(std::string_view file) {
  const auto loaded = load_config({.flags = {}, .environment = {}, .file = "c.toml"}, file);
  if (!loaded) return "not loaded: " + loaded.error().message;
  const Result<void> sound = check_rules(*loaded);
  return sound ? "OK" : sound.error().message;
}

TEST(RuleCheck, TakesTheBuiltInRulesAndThoseThatConfigPrintWrites) {
  EXPECT_EQ(checked(""), "OK");
  EXPECT_EQ(checked(config_toml(Config{})), "OK");
}

TEST(RuleCheck, NamesTheFileAndTheLineOfTheRuleAtFault) {
  EXPECT_EQ(checked("[[route]]\ntype = 'x.*'\nchannels = ['a:{data.id}']\n\n"
                    "[[route]]\ntype = 'y'\nchannels = ['a:{id}']\n"),
            "c.toml:5: route for 'y': 'a:{id}' is not a template such as 'user:{data.accountId}'");
  EXPECT_EQ(checked("[[read]]\nchannel = 'user:*'\nwho = 'self'\n"
                    "[[read]]\nchannel = 'chat:*'\nwho = 'slef'\n"),
            "c.toml:4: read rule for `chat:*`: `who` is `slef`, which is unknown; did you mean "
            "`self`?");
  EXPECT_THAT(checked("[[projection]]\nchannel = 'booking:*'\nwho = 'selff'\n"),
              testing::HasSubstr("c.toml:1: projection rule for `booking:*`"));
  EXPECT_THAT(checked("[[publish]]\ntype = 'a.b'\nwho = 'nobody'\n"),
              testing::HasSubstr("c.toml:1: publish rule for `a.b`"));
}

TEST(RuleCheck, FindsPermissionsThatNoRuleAsksFor) {
  EXPECT_THAT(unknown_permissions(Config{}, {"audit:read", "event:publish", "event:publsh",
                                             "metrics:read", "notification:read_any"}),
              testing::ElementsAre("event:publsh"));
}

}  // namespace
}  // namespace courtside
