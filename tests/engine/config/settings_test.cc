// Goal: the settings table is consistent: each name has one spelling per source, each default is
// valid, and each bound is enforced.
#include "engine/config/settings.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace courtside {
namespace {

std::string outcome(const char* name, std::string_view text) {
  Config config;
  const Setting* setting = find_setting(name);
  if (setting == nullptr) return "no such setting";
  const Result<void> done = assign(*setting, config, text);
  return done ? value_text(*setting, config) : done.error().message;
}

TEST(Settings, AreNamedOnceForTheFileTheFlagsAndTheEnvironment) {
  const Setting* setting = find_setting("limits.header_bytes");
  ASSERT_NE(setting, nullptr);
  EXPECT_EQ(setting->flag(), "--limits-header-bytes");
  EXPECT_EQ(setting->environment(), "COURTSIDE_LIMITS_HEADER_BYTES");
  EXPECT_EQ(find_setting("limits.header"), nullptr);
}

TEST(Settings, HaveTheFlagsThatTheProtocolPromises) {
  std::set<std::string> flags;
  for (const Setting& setting : settings()) flags.insert(setting.flag());
  for (const char* promised : {"--listen", "--data", "--retention-bytes", "--retention-age"}) {
    EXPECT_TRUE(flags.count(promised)) << promised;
  }
}

TEST(Settings, NeverShareANameAFlagOrAVariable) {
  std::set<std::string> flags;
  std::set<std::string> variables;
  const std::regex form("[a-z]+(_[a-z]+)*(\\.[a-z]+(_[a-z]+)*)?");
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(flags.insert(setting.flag()).second) << setting.name;
    EXPECT_TRUE(variables.insert(setting.environment()).second) << setting.name;
    EXPECT_TRUE(std::regex_match(std::string(setting.name), form)) << setting.name;
    EXPECT_FALSE(setting.doc.empty()) << setting.name;
    EXPECT_NE(setting.doc.back(), '.') << setting.name;
  }
  EXPECT_FALSE(flags.count("--config"));  // the flag that names the file
  EXPECT_FALSE(variables.count("COURTSIDE_CONFIG"));
  EXPECT_FALSE(variables.count("COURTSIDE_URL"));
}

TEST(Settings, TakeTheirOwnDefaultsBack) {
  const Config defaults;
  for (const Setting& setting : settings()) {
    const std::string text = value_text(setting, defaults);
    const auto* of_text = std::get_if<TextSetting>(&setting.kind);
    const bool may_be_empty = std::holds_alternative<ListSetting>(setting.kind) ||
                              (of_text != nullptr && of_text->may_be_empty);
    if (text.empty() && may_be_empty) continue;
    EXPECT_EQ(outcome(setting.name.data(), text), text) << setting.name;
  }
}

TEST(Settings, HoldTheirNumbersWithinTheirBounds) {
  for (const Setting& setting : settings()) {
    const auto* number = std::get_if<NumberSetting>(&setting.kind);
    if (number == nullptr) continue;
    const auto text = [&](std::uint64_t value) { return format_quantity(value, number->unit); };
    const char* name = setting.name.data();
    ASSERT_LT(number->min, number->max) << name;
    EXPECT_EQ(outcome(name, text(number->min)), text(number->min));
    EXPECT_EQ(outcome(name, text(number->max)), text(number->max));
    const std::string above = text(number->max + 1);
    EXPECT_EQ(outcome(name, above), "`" + above + "` is not within " + setting.range());
    if (!number->zero_means.empty()) {
      EXPECT_EQ(outcome(name, "0"), "0");
    } else if (number->min > 0) {
      EXPECT_NE(outcome(name, "0"), "0") << name;
    }
  }
}

TEST(Settings, SayWhatIsWrongWithAValue) {
  EXPECT_EQ(outcome("listen", ""), "it is empty");
  EXPECT_EQ(outcome("log.level", "loud"), "`loud` is not debug, info, warning or error");
  EXPECT_EQ(outcome("retention.age", "30"), "`30` is not a duration (ms, s, m, h, d)");
  EXPECT_EQ(outcome("limits.fragments", "0"), "`0` is not within 1 ... 100000");
  EXPECT_EQ(outcome("retention.bytes", "1KiB"), "`1KiB` is not within 1MiB ... 1024TiB; 0: all");
}

TEST(Settings, ListsAreSeparatedByCommas) {
  Config config;
  const Setting& origins = *find_setting("allowed_origins");
  ASSERT_TRUE(assign(origins, config, "https://a.example,https://b.example"));
  EXPECT_EQ(config.allowed_origins,
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
  ASSERT_TRUE(assign(origins, config, ""));
  EXPECT_TRUE(config.allowed_origins.empty());
  EXPECT_EQ(outcome("allowed_origins", "a,,b"), "an item of the list is empty");
}

TEST(Settings, HideSecretsButNotWhetherTheyAreThere) {
  Config config;
  Setting secret = *find_setting("data");
  secret.secret = true;
  config.data = "s3cret";
  EXPECT_EQ(shown_value(secret, config), "(set)");
  config.data.clear();
  EXPECT_EQ(shown_value(secret, config), "");
}

TEST(Settings, WordsStandForTheirEnumerators) {
  Config config;
  ASSERT_TRUE(assign(*find_setting("log.level"), config, "debug"));
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  ASSERT_TRUE(assign(*find_setting("log.level"), config, "error"));
  EXPECT_EQ(config.log.level, LogLevel::kError);
  ASSERT_TRUE(assign(*find_setting("log.format"), config, "json"));
  EXPECT_EQ(config.log.format, LogFormat::kJson);
}

TEST(Config, HasOneShardLessThanCoresAndAtLeastOne) {
  Config config;
  EXPECT_EQ(shard_count(config, 0), 1u);  // the number of cores is unknown
  EXPECT_EQ(shard_count(config, 1), 1u);
  EXPECT_EQ(shard_count(config, 2), 1u);
  EXPECT_EQ(shard_count(config, 8), 7u);
  config.shards = 3;
  EXPECT_EQ(shard_count(config, 8), 3u);
}

TEST(Config, IsNotOpenedToOtherMachinesWithoutAccessControl) {
  Config config;
  EXPECT_TRUE(check_exposure(config));
  config.listen = "[::1]:8080";
  EXPECT_TRUE(check_exposure(config));
  for (const char* open : {"0.0.0.0:8080", "[::]:8080", "192.168.0.7:80"}) {
    config.listen = open;
    const Result<void> safe = check_exposure(config);
    ASSERT_FALSE(safe) << open;
    EXPECT_EQ(safe.error().code, Code::bad_configuration);
    EXPECT_NE(safe.error().message.find(open), std::string::npos) << safe.error().message;
  }
  config.listen = "nonsense";
  EXPECT_FALSE(check_exposure(config));
}

TEST(Config, IsOpenedToOtherMachinesOnlyBehindAListedProxy) {
  Config config;
  config.listen = "0.0.0.0:8080";
  config.trusted_proxies = {"10.0.0.0/8"};
  EXPECT_FALSE(check_exposure(config)) << "a proxy does not ask who callers are";
  config.access.jwt_secret = "x";
  EXPECT_TRUE(check_exposure(config));
  EXPECT_TRUE(is_exposed(config));
  config.trusted_proxies.clear();
  const Result<void> plain = check_exposure(config);
  ASSERT_FALSE(plain);
  EXPECT_NE(plain.error().message.find("trusted_proxies is empty"), std::string::npos);
  config.listen = "127.0.0.1:8080";
  EXPECT_TRUE(check_exposure(config));
  EXPECT_FALSE(is_exposed(config));
}

TEST(Config, IsOpenedToOtherMachinesWithTls) {
  Config config;
  config.listen = "0.0.0.0:443";
  config.tls.certificate_file = "server.crt";
  EXPECT_FALSE(check_exposure(config)) << "there is no key";
  config.tls.key_file = "server.key";
  EXPECT_FALSE(check_exposure(config)) << "a certificate does not ask who callers are";
  config.access.jwt_secret = "x";
  EXPECT_TRUE(check_exposure(config));
  EXPECT_TRUE(has_tls(config));
  config.tls.certificate_file.clear();
  EXPECT_FALSE(check_exposure(config));
}

TEST(Config, NamesTheProxyThatIsNone) {
  Config config;
  for (const char* wrong : {"proxy.internal", "10.0.0.1/8", "10.0.0.0/33"}) {
    config.trusted_proxies = {"192.0.2.1", wrong};
    const Result<void> checked = check_exposure(config);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().message.find(std::string("trusted_proxies: `") + wrong), 0u)
        << checked.error().message;
  }
}

TEST(Config, HasAccessControlWithAnyOfTheThreeSources) {
  EXPECT_FALSE(has_access_control(Config{}));
  for (std::string Config::Access::*source :
       {&Config::Access::jwt_secret, &Config::Access::jwks_file,
        &Config::Access::service_keys_file}) {
    Config config;
    config.listen = "0.0.0.0:8080";
    EXPECT_FALSE(check_exposure(config));
    config.access.*source = "x";
    EXPECT_TRUE(has_access_control(config));
  }
}

TEST(Config, RoutesTheCatalogueAndProjectsAvailability) {
  const Config config;
  std::set<std::string> types;
  for (const RouteRule& rule : config.routes) EXPECT_TRUE(types.insert(rule.type).second);
  EXPECT_EQ(types,
            (std::set<std::string>{"slot.*", "booking.*", "payment.*", "refund.*", "notification.*",
                                   "chat.*", "ticket.*", "venue.*", "account.*", "session.*",
                                   "audit.*", "outbox.*", "legacy.*"}));
  ASSERT_EQ(config.projections.size(), 3u);
  const ProjectionRule& availability = config.projections[0];
  EXPECT_EQ(availability.channel, "availability:*");
  EXPECT_EQ(availability.data_fields,
            (std::vector<std::string>{"slotId", "venueId", "start", "end", "price.minor",
                                      "price.currency", "status"}));
  EXPECT_FALSE(availability.listed_are_hidden);
  EXPECT_TRUE(availability.hide_actor);
  const ProjectionRule& venue = config.projections[1];
  EXPECT_EQ(venue.channel, "venue:*");
  EXPECT_TRUE(venue.listed_are_hidden);
  EXPECT_EQ(venue.unless_permission, "financial:view_own_venue_reports");
  const ProjectionRule& booking = config.projections[2];
  EXPECT_EQ(booking.channel, "booking:*");
  EXPECT_EQ(booking.data_fields, venue.data_fields);
  EXPECT_EQ(booking.unless_permission, venue.unless_permission);
  EXPECT_EQ(booking.who, "booking_venue");
}

}  // namespace
}  // namespace courtside
