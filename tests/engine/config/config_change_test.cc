// Goal: of a changed configuration exactly the settings that a running server can take over are
// taken over, and each other change is named.
#include "engine/config/config_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace courtside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfigChange, NamesOnlySettings) {
  for (const std::string_view name : reloaded_settings()) {
    EXPECT_NE(find_setting(name), nullptr) << name;
  }
}

TEST(ConfigChange, IsEmptyWhenNothingChanged) {
  const ConfigChange change = config_change({}, {});
  EXPECT_THAT(change.in_use, IsEmpty());
  EXPECT_THAT(change.waiting, IsEmpty());
}

TEST(ConfigChange, TakesOverWhatItCanAndNamesTheRest) {
  Config before;
  before.limits.headers = 32;
  Config after = before;
  after.log.level = LogLevel::kDebug;
  after.allowed_origins = {"https://a.example", "https://b.example"};
  after.limits.connections_per_address = 7;
  after.limits.batch_events = 9;
  after.access.jwt_secret = "another secret, of 32 bytes or more";
  after.shards = 3;
  after.routes.pop_back();
  after.sources = {{}};
  const ConfigChange change = config_change(before, after);
  EXPECT_THAT(change.in_use,
              ElementsAre("allowed_origins", "log.level", "limits.connections_per_address"));
  EXPECT_THAT(change.waiting,
              ElementsAre("shards", "access.jwt_secret", "limits.batch_events", "route", "source"));
  EXPECT_EQ(change.config.log.level, LogLevel::kDebug);
  EXPECT_EQ(change.config.allowed_origins, after.allowed_origins);
  EXPECT_EQ(change.config.limits.connections_per_address, 7u);
  EXPECT_EQ(change.config.limits.headers, 32u);
  EXPECT_EQ(change.config.limits.batch_events, before.limits.batch_events);
  EXPECT_EQ(change.config.shards, before.shards);
  EXPECT_EQ(change.config.routes, before.routes);
}

TEST(ConfigChange, TakesOverEachOfItsSettings) {
  for (const std::string_view name : reloaded_settings()) {
    const Setting& setting = *find_setting(name);
    const auto* number = std::get_if<NumberSetting>(&setting.kind);
    if (number == nullptr) continue;
    Config after;
    number->member(after) = number->max;
    const ConfigChange change = config_change({}, after);
    EXPECT_THAT(change.in_use, ElementsAre(name));
    EXPECT_EQ(value_text(setting, change.config), value_text(setting, after));
  }
}

}  // namespace
}  // namespace courtside
