// Goal: the files in deploy/ fit the program: the settings are valid, and systemd restarts the
// server after exactly those errors that a restart can cure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

#include "base/error.h"
#include "engine/config/config_toml.h"
#include "engine/config/load.h"
#include "engine/config/settings.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::EndsWith;
using testing::StartsWith;

const std::string kDeploy = std::string(COURTSIDE_SOURCE_DIR) + "/deploy/";

// The value of a key that the unit has once.
std::string unit_value(const std::string& key) {
  std::istringstream lines(read_file(kDeploy + "systemd/courtside.service"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(key + "=", 0) == 0) return line.substr(key.size() + 1);
  }
  return "";
}

TEST(Deploy, SettingsAreValidAndFitTheUnit) {
  const auto loaded =
      load_config({.flags = {}, .environment = {}, .file = kDeploy + "courtside.toml"});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->config.listen, StartsWith("127.0.0.1:"));
  EXPECT_THAT(loaded->config.data, StartsWith("/var/lib/" + unit_value("StateDirectory") + "/"));
  EXPECT_GT(std::stoull(unit_value("LimitNOFILE")), loaded->config.limits.connections);
  EXPECT_THAT(unit_value("ExecStart"), EndsWith("courtside.toml"));
}

// Removing a # changes nothing: what the file shows of a setting is its default.
TEST(Deploy, TheCommentedSettingsAreTheDefaults) {
  std::istringstream lines(read_file(kDeploy + "courtside.toml"));
  std::string uncommented;
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    // An empty credential is refused.
    if (is_setting && line.ends_with(" = \"\"")) continue;
    uncommented += line.substr(is_setting ? 1 : 0) + "\n";
  }
  std::string form = testing::TempDir() + "courtside_house_XXXXXX.toml";
  const int file = mkstemps(form.data(), 5);
  ASSERT_GE(file, 0);
  ASSERT_EQ(write(file, uncommented.data(), uncommented.size()),
            static_cast<ssize_t>(uncommented.size()));
  close(file);
  const auto loaded = load_config({.flags = {}, .environment = {}, .file = form});
  std::remove(form.c_str());
  ASSERT_TRUE(loaded) << loaded.error().message;
  Config expected;
  expected.data = "/var/lib/courtside/log";
  expected.access.service_keys_file = "/etc/courtside/service-keys";
  EXPECT_EQ(config_toml(loaded->config), config_toml(expected));
  EXPECT_GT(loaded->origins.size(), settings().size() - 20);
}

// Story: the unit named a page that nothing installed.
TEST(Deploy, TheUnitNamesAPageAndAProgramThatThePackageHas) {
  EXPECT_EQ(unit_value("Documentation"), "man:courtside(1)");
  EXPECT_THAT(read_file(std::string(COURTSIDE_SOURCE_DIR) + "/script/manual"),
              testing::HasSubstr("man/man1/$name.1"));
  EXPECT_THAT(unit_value("ExecStart"), StartsWith("/usr/bin/courtside serve "));
  EXPECT_THAT(read_file(kDeploy + "debian/rules"), testing::HasSubstr("--prefix /usr "));
}

TEST(Deploy, SystemdRestartsOnlyWhereThatHelps) {
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
