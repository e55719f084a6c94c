// Goal: what would end the start of a server is found before, and the error for a mistyped rule, or
// a mistyped permission of a service key, names it and its place.
#include "engine/server/config_check.h"

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

TEST(ConfigCheck, TakesTheBuiltInRulesAndThoseThatConfigPrintWrites) {
  EXPECT_EQ(checked(""), "OK");
  EXPECT_EQ(checked(config_toml(Config{})), "OK");
}

TEST(ConfigCheck, NamesTheFileAndTheLineOfTheRuleAtFault) {
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

TEST(ConfigCheck, FindsPermissionsThatNoRuleAsksFor) {
  EXPECT_THAT(unknown_permissions(Config{}, {"audit:read", "event:publish", "event:publsh",
                                             "metrics:read", "notification:read_any"}),
              testing::ElementsAre("event:publsh"));
}

// What is wrong with a whole configuration; "OK" when nothing is.
std::string fault_of(std::string_view file) {
  const auto loaded = load_config({.flags = {}, .environment = {}, .file = "c.toml"}, file);
  if (!loaded) return "not loaded: " + loaded.error().message;
  const Result<void> sound = check_config(*loaded);
  return sound ? "OK" : sound.error().message;
}

TEST(ConfigCheck, FindsWhatWouldEndTheStart) {
  using testing::HasSubstr;
  EXPECT_EQ(fault_of(""), "OK");
  EXPECT_THAT(fault_of("listen = '0.0.0.0:80'\n"), HasSubstr("open to other machines"));
  EXPECT_THAT(fault_of("trusted_proxies = ['10.0.0.0/99']\n"), HasSubstr("trusted_proxies"));
  EXPECT_THAT(fault_of("[[route]]\ntype = 'y'\nchannels = ['a:{id}']\n"), HasSubstr("c.toml:1"));
  EXPECT_THAT(fault_of("[tls]\ncertificate_file = '/nowhere.pem'\n"), HasSubstr("needed together"));
  EXPECT_THAT(fault_of("[tls]\ncertificate_file = '/nowhere.pem'\nkey_file = '/nowhere.key'\n"),
              HasSubstr("/nowhere.pem"));
  EXPECT_THAT(fault_of("[access]\nservice_keys_file = '/nowhere.keys'\n"),
              HasSubstr("/nowhere.keys"));
  EXPECT_THAT(fault_of("[access]\njwks_file = '/nowhere.json'\n"), HasSubstr("/nowhere.json"));
  EXPECT_THAT(fault_of("[access]\njwt_secret = 'short'\n"), HasSubstr("32"));
  EXPECT_THAT(fault_of("[database]\nurl = 'host'\n"), HasSubstr("database.url"));
  EXPECT_THAT(fault_of("[outbox]\nurl = 'host'\n"), HasSubstr("outbox.url"));
}

}  // namespace
}  // namespace courtside
