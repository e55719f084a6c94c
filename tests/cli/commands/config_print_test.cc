// Goal: `config print` shows every value and where it came from, and its TOML loads as the same.
#include "cli/commands/config_print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "engine/config/config_toml.h"
#include "engine/config/settings.h"

namespace courtside {
namespace {

using testing::HasSubstr;

LoadedConfig sample() {
  const auto loaded = load_config({.flags = {{"shards", "3"}},
                                   .environment = {{"COURTSIDE_HEARTBEAT", "10s"}},
                                   .file = "c.toml"},
                                  "data = \"/var/lib/a, \\\"b\\\"\"\n[[route]]\ntype = 'x.*'\n"
                                  "channels = ['a:{data.id}']\n");
  EXPECT_TRUE(loaded);
  return *loaded;
}

std::string printed(OutputFormat output) {
  return print_config({.loaded = sample(), .output = output, .toml = false});
}

TEST(ConfigPrint, ShowsTheSourceOfEachValueInATable) {
  const std::string table = printed(OutputFormat::kTable);
  EXPECT_THAT(table, testing::ContainsRegex("\nlisten +default +127\\.0\\.0\\.1:8080\n"));
  EXPECT_THAT(table, testing::ContainsRegex("\nshards +--shards +3\n"));
  EXPECT_THAT(table, testing::ContainsRegex("\nheartbeat +COURTSIDE_HEARTBEAT +10s\n"));
  EXPECT_THAT(table, testing::ContainsRegex("\ndata +c.toml:1 +/var/lib/a, \"b\"\n"));
  EXPECT_THAT(table, testing::ContainsRegex("\nroute +c.toml:2 +[^\n]*\n"));
  EXPECT_THAT(table, testing::ContainsRegex("\nprojection +default +[^\n]*\n"));
}

TEST(ConfigPrint, WritesAJsonObjectALine) {
  const std::string lines = printed(OutputFormat::kJsonl);
  EXPECT_THAT(lines, HasSubstr(R"({"name":"listen","value":"127.0.0.1:8080","from":"default"})"
                               "\n"));
  EXPECT_THAT(lines, HasSubstr(R"({"name":"shards","value":"3","from":"flag","place":"--shards"})"
                               "\n"));
  EXPECT_THAT(lines, HasSubstr(R"("value":"/var/lib/a, \"b\"","from":"file","place":"c.toml:1"})"));
  // Every setting, the one route, and the rules of the other tables.
  const Config config;
  const std::size_t rules = 1 + config.projections.size() + config.read_rules.size() +
                            config.publish_rules.size() + config.roles.size();
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')),
            settings().size() + rules);
}

TEST(ConfigPrint, WritesTheSameRowsAsOneJsonArray) {
  const std::string json = printed(OutputFormat::kJson);
  EXPECT_EQ(json.substr(0, 2), "[{");
  EXPECT_EQ(json.substr(json.size() - 3), "}]\n");
}

TEST(ConfigPrint, QuotesCsvWhereItMust) {
  const std::string csv = printed(OutputFormat::kCsv);
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "name,value,from,place\r");
  EXPECT_THAT(csv, HasSubstr("\ndata,\"/var/lib/a, \"\"b\"\"\",file,c.toml:1\r\n"));
  EXPECT_THAT(csv, HasSubstr("\nshards,3,flag,--shards\r\n"));
}

// Story: at 80 columns the rows with the longest names did not line up, and at 40 columns no value
// was shown.
TEST(ConfigPrint, LinesUpOnEveryTerminal) {
  for (const std::size_t columns : {80u, 120u}) {
    const std::string table = print_config(
        {.loaded = sample(), .table = {.screen = {.columns = columns}}, .toml = false});
    std::istringstream lines(table);
    std::string line;
    std::getline(lines, line);
    const std::size_t from = line.find("FROM");
    ASSERT_NE(line.find("VALUE"), std::string::npos) << table;
    while (std::getline(lines, line)) {
      ASSERT_GT(line.size(), from) << line;
      EXPECT_EQ(line.substr(from - 2, 2), "  ") << line;
      EXPECT_NE(line.at(from), ' ') << line;
    }
  }
  const std::string narrow =
      print_config({.loaded = sample(), .table = {.screen = {.columns = 40}}, .toml = false});
  EXPECT_THAT(narrow, testing::ContainsRegex("\nlisten +127\\.0\\.0\\.1:8080\n"));
  EXPECT_THAT(narrow, testing::ContainsRegex("\nshards +3\n"));
}

// Loads what config_toml wrote and holds it against the original, value by value.
void expect_round_trip(const Config& config) {
  const std::string toml = config_toml(config);
  const auto again = load_config({.flags = {}, .environment = {}, .file = "again.toml"}, toml);
  ASSERT_TRUE(again) << again.error().message << "\n" << toml;
  for (const Setting& setting : settings()) {
    EXPECT_EQ(value_text(setting, again->config), value_text(setting, config)) << setting.name;
  }
  EXPECT_EQ(again->config.routes, config.routes);
  EXPECT_EQ(again->config.projections, config.projections);
}

TEST(ConfigPrint, WritesAFileThatSaysTheSame) {
  expect_round_trip(Config{});
  Config changed = sample().config;
  changed.allowed_origins = {"https://a.example", "https://b.example"};
  changed.retention.age_s = 86'400;
  changed.projections.push_back({"venue:*", {"amount"}, true, false});
  changed.data = "a\"b\\c\td\x7f";
  expect_round_trip(changed);
  changed.routes.clear();
  changed.projections.clear();
  expect_round_trip(changed);
}

TEST(ConfigPrint, NeverShowsASecret) {
  const std::string secret = "the platform's secret, not for anyone's eyes";
  const auto loaded =
      load_config({.flags = {}, .environment = {{"JWT_SECRET", secret}}, .file = {}});
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->config.access.jwt_secret, secret);
  for (const OutputFormat output :
       {OutputFormat::kTable, OutputFormat::kJson, OutputFormat::kJsonl, OutputFormat::kCsv}) {
    const std::string shown = print_config({.loaded = *loaded, .output = output, .toml = false});
    EXPECT_EQ(shown.find(secret), std::string::npos);
    EXPECT_THAT(shown, HasSubstr("(set)"));
  }
  EXPECT_EQ(config_toml(loaded->config).find(secret), std::string::npos);
}

TEST(ConfigPrint, NeverShowsWhatIsLeftOut) {
  // Every setting is in every form: a new one cannot be forgotten.
  const std::string toml = config_toml(Config{});
  const std::string table = printed(OutputFormat::kTable);
  for (const Setting& setting : settings()) {
    const std::string key(setting.name.substr(setting.name.find('.') + 1));
    const bool is_comment = setting.secret || !may_be_empty(setting);
    EXPECT_THAT(toml, HasSubstr((is_comment ? "\n# " : "\n") + key + " = ")) << setting.name;
    EXPECT_THAT(table, HasSubstr("\n" + std::string(setting.name) + " ")) << setting.name;
  }
}

}  // namespace
}  // namespace courtside
