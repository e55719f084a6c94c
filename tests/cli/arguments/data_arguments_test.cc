// Goal: the commands on data folders find the folder that the server's own settings name, and hand
// on paths that mean the same to a server that stands elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string here(const std::string& name) {
  return (std::filesystem::current_path() / name).string();
}

TEST(DataCommands, TakeTheFolderFromAFlagOrTheSettings) {
  EXPECT_EQ(parsed<VerifyCommand>({"verify", "--data", "/d"}).data, "/d");
  EXPECT_EQ(parsed<VerifyCommand>({"verify"}).data, "./courtside-data");
  Surroundings around = terminal();
  around.environment["COURTSIDE_DATA"] = "/var/lib/courtside";
  EXPECT_EQ(parsed<VerifyCommand>({"verify"}, around).data, "/var/lib/courtside");
  EXPECT_EQ(parsed<VerifyCommand>({"verify", "--data", "/d"}, around).data, "/d");
  EXPECT_EQ(parsed<BackupCommand>({"backup", "/b"}, around).data, "/var/lib/courtside");
  EXPECT_EQ(parsed<RenewCommand>({"renew", "--data", "/d"}).data, "/d");
  EXPECT_EQ(parsed<RenewCommand>({"renew"}, around).data, "/var/lib/courtside");
}

TEST(DataCommands, MakePathsAbsolute) {
  const auto backup = parsed<BackupCommand>({"backup", "--data", "/d", "monday"});
  EXPECT_EQ(backup.data, "/d");
  EXPECT_EQ(backup.target, here("monday"));
  const auto restore = parsed<RestoreCommand>({"restore", "x/../monday", "--data", "new"});
  EXPECT_EQ(restore.backup, here("monday"));
  EXPECT_EQ(restore.data, here("new"));
  EXPECT_TRUE(restore.verify);
  EXPECT_FALSE(parsed<RestoreCommand>({"restore", "/b", "--no-verify", "--data", "/d"}).verify);
}

// Story: without --data a new log was made in the folder where somebody happened to stand.
TEST(DataCommands, RestoreIsToldWhere) {
  EXPECT_EQ(refused({"restore", "/b"}),
            "64 courtside: restore: --data is missing: the folder of the new log");
  Surroundings around = terminal();
  around.environment["COURTSIDE_DATA"] = "/var/lib/courtside";
  EXPECT_EQ(parsed<RestoreCommand>({"restore", "/b"}, around).data, "/var/lib/courtside");
}

TEST(DataCommands, RenewTakesForce) {
  EXPECT_FALSE(parsed<RenewCommand>({"renew", "--data", "/d"}).force);
  EXPECT_TRUE(parsed<RenewCommand>({"renew", "--data", "/d", "--force"}).force);
}

TEST(DataCommands, SpeakJsonWhenPiped) {
  EXPECT_EQ(parsed<VerifyCommand>({"verify"}).output, OutputFormat::kTable);
  Surroundings around = terminal();
  around.stdout_is_terminal = false;
  EXPECT_EQ(parsed<VerifyCommand>({"verify"}, around).output, OutputFormat::kJson);
  EXPECT_EQ(parsed<BackupCommand>({"backup", "/b", "-o", "table"}, around).output,
            OutputFormat::kTable);
}

TEST(DataCommands, RefuseWhatIsMissing) {
  EXPECT_THAT(refused({"backup"}), StartsWith("64 courtside: "));
  EXPECT_THAT(refused({"backup", ""}), StartsWith("64 courtside: "));
  EXPECT_EQ(refused({"restore", "--data", "/d"}), "64 courtside: restore: BACKUP is missing");
  EXPECT_THAT(refused({"verify", "/d", "/e"}), StartsWith("64 courtside: "));
}

}  // namespace
}  // namespace courtside
