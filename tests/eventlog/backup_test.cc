// Goal: a backup holds everything committed before it, a restored log has the same events under
// another epoch; neither ever appears half-made or harms the other.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "eventlog/backup/backup_log.h"
#include "eventlog/verify/verify_log.h"
#include "random_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

template <typename T>
std::string outcome(const Result<T>& result) {
  return result ? "done" : std::string(info(result.error().code).name);
}

// The bytes of every record, one after the other.
std::string bytes_of(const EventLog& log, OffsetRange range) {
  std::string bytes;
  const auto scan = log.scan(range, Direction::kAscending);
  for (auto record = scan->next(); record && *record; record = scan->next()) {
    bytes.append((**record)->bytes());
  }
  return bytes;
}

class BackupTest : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_.path() + "/" + name; }
  Result<Restored> restore(const std::string& backup, const std::string& folder) const {
    return restore_backup({.backup = at(backup), .folder = at(folder)});
  }
  // The names of everything in the root folder.
  std::string names() const {
    std::string out;
    for (const auto& each : fs::directory_iterator(root_.path())) {
      out += each.path().filename().string() + ' ';
    }
    return out;
  }
  TempFolder root_;
};

TEST_F(BackupTest, ARestoredLogIsTheSameEventsUnderAnotherEpoch) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    fs::remove_all(root_.path());
    fs::create_directory(root_.path());
    write_random_log(at("log"), {.seed = seed});
    const auto made = back_up_folder(at("log"), at("backup"), "1.2.3");
    ASSERT_TRUE(made) << made.error().message;
    const auto restored = restore("backup", "restored");
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(restored->log.sources, made->log.sources);
    const auto log = open_log({.path = at("log")});
    const auto copy = open_log({.path = at("restored")});
    EXPECT_EQ(made->log.epoch, log->epoch());
    EXPECT_EQ(restored->old_epoch, log->epoch());
    EXPECT_EQ(restored->log.epoch, copy->epoch());
    EXPECT_NE(copy->epoch(), log->epoch());
    EXPECT_EQ(copy->held(), log->held());
    EXPECT_EQ(copy->place(), log->place());
    EXPECT_EQ(*copy->source_place("outbox"), *log->source_place("outbox"));
    EXPECT_EQ(bytes_of(*copy, copy->held()), bytes_of(*log, log->held()));
  }
}

TEST_F(BackupTest, AllThatWasCommittedBeforeIsInIt) {
  const auto log = open_log({.path = at("log"), .segment_events_max = 50});
  std::atomic<std::uint64_t> committed{0};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      commit(*log, {append({{std::to_string(i), "booking:b" + std::to_string(i % 9)}})});
      committed = log->place().next.value();
    }
  });
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t seen = committed;
    ASSERT_TRUE(eventually([&] { return committed > seen + 20; }));
    const std::uint64_t before = committed;
    const auto made = make_backup(*log, at("backup" + std::to_string(i)), "1");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_GE(made->log.held.end.value(), before);
    const auto sound = verify_log({.path = made->target});
    ASSERT_TRUE(sound) << sound.error().message;
    EXPECT_EQ(sound->held, made->log.held);
  }
  stop = true;
  writer.join();
  // Later events are in none of them.
  const auto first = restore("backup0", "restored");
  ASSERT_TRUE(first) << first.error().message;
  const auto copy = open_log({.path = at("restored")});
  EXPECT_EQ(bytes_of(*copy, copy->held()), bytes_of(*log, copy->held()));
  commit(*copy, {append({{"new", "booking:b1"}})});
}

// Served as it is, its next event would take an offset that clients know with another event under
// this epoch.
TEST_F(BackupTest, ABackupIsNotServed) {
  write_random_log(at("log"), {.seed = 1});
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  EXPECT_EQ(open_error({.path = at("backup")}), "no_input");
  EXPECT_EQ(outcome(back_up_folder(at("backup"), at("copy"), "1")), "bad_request");
  ASSERT_TRUE(restore("backup", "restored"));
  EXPECT_EQ(open_error({.path = at("restored")}), "");
}

// A copy without its newest journal opens as a valid log: only backup.json shows that something is
// missing.
TEST_F(BackupTest, ABackupThatLostItsEndIsNoBackup) {
  write_random_log(at("log"), {.seed = 3});
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  const std::string said = at("backup") + "/backup.json";
  const auto write = [&](const std::string& text) { std::ofstream(said) << text; };
  std::ifstream file(said);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  const auto last = whole.find("\"last\":") + 7;
  for (const std::string& broken :
       {std::string(whole).insert(last, "9"), std::string("{"), std::string("[]"), std::string()}) {
    write(broken);
    const auto verified = verify_log({.path = at("backup")});
    ASSERT_FALSE(verified) << broken;
    EXPECT_EQ(verified.error().code, Code::data_corrupt);
    EXPECT_EQ(verified.error().message.substr(0, 11), "backup.json");
    EXPECT_EQ(outcome(restore("backup", "restored")), "data_corrupt");
  }
  write(whole);
  EXPECT_TRUE(verify_log({.path = at("backup")}));
  EXPECT_EQ(outcome(restore("backup", "restored")), "done");
}

// Inside the log's folder, the next segment of the index removed the backup.
TEST_F(BackupTest, ALogsOwnFolderIsNoPlaceForItsBackup) {
  const auto log = open_log({.path = at("log")});
  commit(*log, {append({{"1"}})});
  for (const char* name : {"log/unfinished", "log", "log/../log/b", "log/a/b"}) {
    EXPECT_EQ(outcome(make_backup(*log, at(name), "1")), "bad_request") << name;
  }
  EXPECT_EQ(outcome(make_backup(*log, at("logs"), "1")), "done");
}

// The medium may forbid all writing; the restored log must be writable.
TEST_F(BackupTest, WhatIsRestoredFromAWriteProtectedBackupCanBeWrittenTo) {
  write_random_log(at("log"), {.seed = 4});
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  fs::permissions(at("backup"), fs::perms::owner_read | fs::perms::owner_exec);
  ASSERT_TRUE(restore("backup", "restored"));
  const auto rights = fs::status(at("restored")).permissions();
  EXPECT_EQ(rights & fs::perms::owner_all, fs::perms::owner_all);
  EXPECT_EQ(rights & fs::perms::others_all, fs::perms::none);
}

TEST_F(BackupTest, ABackupSurvivesTheLogAndWhatIsRestoredFromIt) {
  write_random_log(at("log"), {.seed = 9});
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  ASSERT_TRUE(restore("backup", "restored"));
  const auto before = verify_log({.path = at("backup")});
  // Overwrites every byte of both; a hard link would change the backup too.
  fs::remove_all(at("log"));
  for (const auto& file : fs::directory_iterator(at("restored"))) {
    if (!file.is_regular_file() || file.file_size() == 0) continue;
    EXPECT_EQ(fs::hard_link_count(file.path()), 1u) << file.path();
    std::fstream(file.path(), std::ios::in | std::ios::out | std::ios::binary) << "damage";
  }
  const auto after = verify_log({.path = at("backup")});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->held, before->held);
  EXPECT_EQ(after->epoch, before->epoch);
}

TEST_F(BackupTest, NothingIsOverwritten) {
  { const auto log = open_log({.path = at("log")}); }
  fs::create_directory(at("full"));
  std::ofstream(at("full") + "/mine") << "precious";
  std::ofstream(at("file")) << "precious";
  EXPECT_EQ(outcome(back_up_folder(at("log"), at("full"), "1")), "bad_request");
  EXPECT_EQ(outcome(back_up_folder(at("log"), at("file"), "1")), "bad_request");
  EXPECT_EQ(outcome(back_up_folder(at("log"), at("no/where"), "1")), "bad_request");
  fs::create_directory(at("empty"));
  EXPECT_EQ(outcome(back_up_folder(at("log"), at("empty") + "/", "1")), "done");
  EXPECT_EQ(outcome(back_up_folder(at("log"), at("empty"), "1")), "bad_request");
  EXPECT_EQ(outcome(restore("empty", "full")), "bad_request");
  EXPECT_EQ(outcome(restore("empty", "log")), "bad_request");
  EXPECT_TRUE(fs::exists(at("full") + "/mine"));
  EXPECT_EQ(names().find(".partial"), std::string::npos) << names();
}

TEST_F(BackupTest, WhatIsNoBackupIsNotRestored) {
  { const auto log = open_log({.path = at("log")}); }
  EXPECT_EQ(outcome(back_up_folder(at("nothing"), at("backup"), "1")), "no_input");
  EXPECT_EQ(outcome(restore("log", "restored")), "no_input");  // a log, but not a backup
  EXPECT_FALSE(fs::exists(at("nothing")));
  EXPECT_EQ(names(), "log ");
}

TEST_F(BackupTest, ADamagedBackupLeavesNoLog) {
  write_random_log(at("log"), {.seed = 5, .commits = 30, .with_drops = false});
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  fs::path largest;
  for (const auto& file : fs::directory_iterator(at("backup"))) {
    const bool larger = largest.empty() || file.file_size() > fs::file_size(largest);
    if (file.path().extension() == ".sst" && larger) largest = file.path();
  }
  std::fstream(largest, std::ios::in | std::ios::out | std::ios::binary) << "damage";
  const auto restored = restore("backup", "restored");
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::data_corrupt);
  EXPECT_NE(restored.error().message.find(largest.filename()), std::string::npos)
      << restored.error().message;
  EXPECT_FALSE(fs::exists(at("restored")));
  EXPECT_FALSE(fs::exists(at("restored.partial")));
}

TEST_F(BackupTest, WhatACrashLeftIsTakenAwayAndNothingElse) {
  { const auto log = open_log({.path = at("log")}); }
  ASSERT_TRUE(back_up_folder(at("log"), at("backup"), "1"));
  fs::create_directories(at("restored.partial/log"));
  std::ofstream(at("restored.partial/log/CURRENT")) << "half";
  EXPECT_EQ(outcome(restore("backup", "restored")), "bad_request");  // without a mark
  std::ofstream(at("restored.partial/unfinished")) << "";
  EXPECT_EQ(outcome(restore("backup", "restored")), "done");
  EXPECT_FALSE(fs::exists(at("restored.partial")));
}

}  // namespace
}  // namespace courtside
