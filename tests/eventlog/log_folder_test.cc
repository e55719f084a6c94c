// Goal: everything that opens logs refuses a folder that is not ours, without changing a byte of
// it; a new log is created where possible, also after a crash during creation.
#include "eventlog/log_folder.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "eventlog/backup/backup_log.h"
#include "eventlog/snapshots.h"
#include "eventlog/verify/verify_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

// Every file below the folder, with its bytes.
std::map<std::string, std::string> all_files(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    files[entry.path()] = entry.is_regular_file() ? file_bytes(entry.path()) : "";
  }
  return files;
}

// Another program's database, with these column families and a row in each.
void make_database(const std::string& path, const std::vector<std::string>& families,
                   bool has_rows = true) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &opened).ok());
  const std::unique_ptr<rocksdb::DB> rocks(opened);
  const auto put = [&](rocksdb::ColumnFamilyHandle* family) {
    if (!has_rows) return;
    ASSERT_TRUE(rocks->Put(rocksdb::WriteOptions(), family, "row", "value").ok());
  };
  put(rocks->DefaultColumnFamily());
  for (const std::string& name : families) {
    rocksdb::ColumnFamilyHandle* family = nullptr;
    ASSERT_TRUE(rocks->CreateColumnFamily({}, name, &family).ok());
    put(family);
    rocks->DestroyColumnFamilyHandle(family);
  }
}

void write_events(const std::string& path, std::size_t segment_events_max) {
  const auto log = open_log({.path = path, .segment_events_max = segment_events_max});
  for (int i = 0; i < 100; ++i) commit(*log, {append({{std::to_string(i)}})});
}

void repair(const std::string& path) {
  ASSERT_TRUE(rocksdb::RepairDB(path, rocksdb::Options()).ok());
}

class LogFolderTest : public testing::Test {
 protected:
  std::string path() const { return root_.path() + "/data"; }

  void expect_refused(const char* with_code) {
    const auto before = all_files(path());
    EXPECT_EQ(open_error({.path = path()}), with_code);
    const auto verified = verify_log({.path = path()});
    EXPECT_FALSE(verified);
    const auto backed_up = back_up_folder(path(), root_.path() + "/backup", "1");
    EXPECT_FALSE(backed_up);
    EXPECT_FALSE(restore_backup({.backup = path(), .folder = root_.path() + "/restored"}));
    EXPECT_TRUE(all_files(path()) == before) << "something was written";
    EXPECT_FALSE(fs::exists(root_.path() + "/backup"));
    EXPECT_FALSE(fs::exists(root_.path() + "/restored"));
  }

  TempFolder root_;
};

TEST_F(LogFolderTest, AnotherProgramsDatabaseIsRefused) {
  const std::vector<std::vector<std::string>> foreign = {
      {}, {"events"}, {"accounts", "balances"}, {"events", "index", "ids", "subjects"}};
  for (const auto& families : foreign) {
    SCOPED_TRACE(testing::PrintToString(families));
    fs::remove_all(path());
    make_database(path(), families);
    expect_refused("data_corrupt");
  }
}

TEST_F(LogFolderTest, ALogAfterRocksDbsRepairIsRefused) {
  for (const std::size_t segment_events_max : {std::size_t{65536}, std::size_t{8}}) {
    for (const bool is_reopened : {false, true}) {
      fs::remove_all(path());
      write_events(path(), segment_events_max);
      if (is_reopened) open_log({.path = path()});  // which moves the journal's events into files
      repair(path());
      expect_refused("data_corrupt");
    }
  }
}

TEST_F(LogFolderTest, ALogThatLostItsNameFileIsNoNewOne) {
  write_events(path(), 8);
  fs::remove(path() + "/CURRENT");
  expect_refused("data_corrupt");
}

TEST_F(LogFolderTest, OtherPeoplesFilesAreNoPlaceForALog) {
  fs::create_directories(path() + "/photos");
  std::ofstream(path() + "/notes.txt") << "mine";
  expect_refused("data_corrupt");
  fs::remove(path() + "/notes.txt");
  expect_refused("data_corrupt");
}

TEST_F(LogFolderTest, AFileIsNoFolder) {
  std::ofstream(path()) << "mine";
  EXPECT_EQ(open_error({.path = path()}), "no_input");
  EXPECT_EQ(file_bytes(path()), "mine");
}

TEST_F(LogFolderTest, WhatAFileSystemPutsThereIsNotInTheWay) {
  fs::create_directories(path() + "/lost+found");
  fs::create_directories(path() + "/.snapshot");
  write_events(path(), 8);
  EXPECT_EQ(describe(open_log({.path = path()})->held()), "1..100");
}

// A crash may come between any two files of a new log.
TEST_F(LogFolderTest, ANewLogIsFinishedAfterACrash) {
  ASSERT_TRUE(mark_unfinished(path()));
  EXPECT_EQ(*inspect_log_folder(path()), LogFolder::kUnfinished);
  { const auto log = open_log({.path = path()}); }
  EXPECT_EQ(*inspect_log_folder(path()), LogFolder::kLog);

  fs::remove_all(path());
  make_database(path(), {"events", "index"}, /*has_rows=*/false);
  EXPECT_EQ(open_error({.path = path()}), "data_corrupt");
  ASSERT_TRUE(mark_unfinished(path()));  // now it is marked as ours
  const auto log = open_log({.path = path()});
  EXPECT_EQ(commit(*log, {append({{"a"}})}), "1v1 new");
  EXPECT_FALSE(fs::exists(path() + "/begun"));
}

TEST_F(LogFolderTest, AMarkInAWholeLogIsNoFault) {
  write_events(path(), 8);
  { const auto log = open_log({.path = path()}); }
  ASSERT_TRUE(mark_unfinished(path()));
  EXPECT_EQ(describe(open_log({.path = path()})->held()), "1..100");
  // Otherwise a later loss of its files would turn it into a new log.
  EXPECT_FALSE(fs::exists(path() + "/begun"));
}

// Two servers may start at once in an empty folder: the later one must not mark it.
TEST_F(LogFolderTest, AFolderThatSomebodyHoldsIsNotMarked) {
  fs::create_directories(path());
  rocksdb::FileLock* lock = nullptr;
  ASSERT_TRUE(rocksdb::Env::Default()->LockFile(path() + "/LOCK", &lock).ok());
  EXPECT_EQ(open_error({.path = path()}), "data_in_use");
  EXPECT_FALSE(fs::exists(path() + "/begun"));
  ASSERT_TRUE(rocksdb::Env::Default()->UnlockFile(lock).ok());
  const auto log = open_log({.path = path()});
  EXPECT_EQ(commit(*log, {append({{"a"}})}), "1v1 new");
}

// The snapshot store may lose its own data, but must not remove other files.
TEST_F(LogFolderTest, OtherPeoplesFilesAreNotRemovedWithTheSnapshots) {
  fs::create_directories(path());
  std::ofstream(path() + "/notes.txt") << "mine";
  std::ofstream(path() + "/CURRENT") << "MANIFEST-000007\n";
  const auto before = all_files(path());
  EXPECT_FALSE(open_snapshots({.path = path()}));
  EXPECT_TRUE(all_files(path()) == before);

  fs::remove(path() + "/notes.txt");
  EXPECT_TRUE(open_snapshots({.path = path()}));  // damaged, and created again
}

}  // namespace
}  // namespace courtside
