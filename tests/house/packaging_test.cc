// Goal: the files in packaging/ fit the program: the settings are valid, and systemd restarts the
// server after exactly those errors that a restart can cure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "base/error.h"
#include "engine/config/load.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::EndsWith;
using testing::StartsWith;

const std::string kPackaging = std::string(COURTSIDE_SOURCE_DIR) + "/packaging/";

// The value of a key that the unit has once.
std::string unit_value(const std::string& key) {
  std::istringstream lines(read_file(kPackaging + "courtside.service"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(key + "=", 0) == 0) return line.substr(key.size() + 1);
  }
  return "";
}

TEST(Packaging, SettingsAreValidAndFitTheUnit) {
  const auto loaded =
      load_config({.flags = {}, .environment = {}, .file = kPackaging + "courtside.toml"});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->config.listen, StartsWith("127.0.0.1:"));
  EXPECT_THAT(loaded->config.data, StartsWith("/var/lib/" + unit_value("StateDirectory") + "/"));
  EXPECT_GT(std::stoull(unit_value("LimitNOFILE")), loaded->config.limits.connections);
  EXPECT_THAT(unit_value("ExecStart"), EndsWith("courtside.toml"));
}

// Story: the unit named a file that no step of the guide makes.
TEST(Packaging, TheUnitNamesThePageThatTheGuideInstalls) {
  EXPECT_EQ(unit_value("Documentation"), "man:courtside(1)");
  const std::string guide = read_file(std::string(COURTSIDE_SOURCE_DIR) + "/docs/deploy.md");
  EXPECT_THAT(guide, testing::HasSubstr("courtside man > /usr/local/share/man/man1/courtside.1"));
}

TEST(Packaging, SystemdRestartsOnlyWhereThatHelps) {
  std::istringstream listed(unit_value("RestartPreventExitStatus"));
  std::set<int> prevented;
  for (int status = 0; listed >> status;) prevented.insert(status);
  EXPECT_FALSE(prevented.empty());
  for (std::size_t i = 0; i < code_count(); ++i) {
    const CodeInfo& code = code_at(i);
    if (code.http_status != 0 || code.close_code != 0) continue;  // the process goes on after it
    EXPECT_EQ(prevented.count(code.exit_status) > 0, code.retry == Retry::kNo) << code.name;
  }
}

}  // namespace
}  // namespace courtside::house
