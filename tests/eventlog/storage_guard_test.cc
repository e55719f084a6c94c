// Goal: the guard looks often enough and not more, keeps the reserve file on the disk, says what is
// wrong in words, and tells when that changes.
#include "eventlog/storage/storage_guard.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/log_story.h"
#include "tests/support/scripted_disk.h"

namespace courtside {
namespace {

using story::ScriptedDisk;
using story::TempFolder;

class StorageGuardTest : public testing::Test {
 protected:
  // Small, so that the reserve file is small; what is free comes from the script.
  static constexpr std::uint64_t kDiskBytes = 24 << 20;

  std::string reserve() const { return folder_.path() + "/reserve"; }
  bool has_reserve() const { return std::filesystem::exists(reserve()); }
  static std::string code_of(const std::optional<Error>& error) {
    return error ? std::string(info(error->code).name) : "";
  }
  // What is printed while it looks.
  std::string look() {
    testing::internal::CaptureStderr();
    guard_.look(0);
    return testing::internal::GetCapturedStderr();
  }

  TempFolder folder_;
  ScriptedDisk disk_;
  StorageGuard guard_{folder_.path(), kDiskBytes, disk_.probe()};
};

TEST_F(StorageGuardTest, AnEmptyDiskIsOpenAndHasAReserve) {
  EXPECT_TRUE(guard_.is_look_due());
  EXPECT_EQ(look(), "");
  EXPECT_FALSE(guard_.is_look_due());
  EXPECT_FALSE(guard_.refusal(1000));
  EXPECT_EQ(guard_.status().state, StorageState::kOpen);
  EXPECT_EQ(guard_.status().reason, "");
  struct stat found = {};
  ASSERT_EQ(stat(reserve().c_str(), &found), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(found.st_size), guard_.sizes().reserve_bytes);
  EXPECT_GE(found.st_blocks * 512, found.st_size) << "nothing is allocated";
}

TEST_F(StorageGuardTest, AFullDiskIsToldOnceAndGetsTheReserve) {
  look();
  disk_.set_free(1 << 20);
  const std::string said = look();
  EXPECT_NE(said.find("the disk of the log is full: 1.0 MiB are free, "), std::string::npos)
      << said;
  EXPECT_NE(said.find(folder_.path()), std::string::npos) << said;
  EXPECT_FALSE(has_reserve());
  EXPECT_EQ(look(), "");
  EXPECT_EQ(code_of(guard_.refusal(1)), "storage_full");
  EXPECT_EQ(guard_.status().state, StorageState::kFull);
  EXPECT_EQ(guard_.status().free_bytes, 1u << 20);
  EXPECT_NE(guard_.status().reason.find("1.0 MiB are free"), std::string::npos);

  disk_.empty();
  look();
  EXPECT_TRUE(has_reserve());
  EXPECT_FALSE(guard_.refusal(1));
  EXPECT_EQ(look(), "");
}

TEST_F(StorageGuardTest, ALargeAppendIsRefusedWhereASmallOneIsNot) {
  look();
  disk_.set_free(guard_.status().needed_bytes + (1 << 20));
  look();
  EXPECT_FALSE(guard_.refusal(500'000));
  EXPECT_EQ(code_of(guard_.refusal(600'000)), "storage_full");
}

TEST_F(StorageGuardTest, RoomForOtherWritesIsMeasuredAtOnce) {
  look();
  EXPECT_TRUE(guard_.has_room(1000));
  disk_.set_free(999);
  EXPECT_FALSE(guard_.has_room(1000));
  EXPECT_TRUE(guard_.has_room(999));
}

TEST_F(StorageGuardTest, WhatWasWrittenMakesALookDue) {
  look();
  guard_.on_written(guard_.sizes().look_bytes - 1);
  EXPECT_FALSE(guard_.is_look_due());
  guard_.on_written(1);
  EXPECT_TRUE(guard_.is_look_due());
}

TEST_F(StorageGuardTest, ALookGetsTooOld) {
  look();
  EXPECT_TRUE(story::eventually([&] { return guard_.is_look_due(); }));
}

TEST_F(StorageGuardTest, AReadOnlyLogRefusesWithItsReason) {
  guard_.set_read_only(StorageState::kReadOnly, "the disk is locked away");
  look();
  EXPECT_FALSE(has_reserve());
  EXPECT_FALSE(guard_.has_room(0));
  const auto refusal = guard_.refusal(1);
  EXPECT_EQ(code_of(refusal), "storage_read_only");
  EXPECT_EQ(refusal->message, "the disk is locked away");
  EXPECT_EQ(guard_.status().state, StorageState::kReadOnly);
  guard_.set_read_only(StorageState::kFull, "no room");
  EXPECT_EQ(code_of(guard_.refusal(1)), "storage_full");
  guard_.set_writable();
  EXPECT_TRUE(guard_.is_look_due());
  look();
  EXPECT_FALSE(guard_.refusal(1));
  EXPECT_TRUE(has_reserve());
}

TEST_F(StorageGuardTest, OpeningMayUseTheReserve) {
  look();
  const std::uint64_t reserve_bytes = guard_.sizes().reserve_bytes;
  disk_.set_free(1000);
  EXPECT_TRUE(guard_.could_open(1000));
  EXPECT_TRUE(has_reserve());
  EXPECT_FALSE(guard_.could_open(1001 + reserve_bytes));
  EXPECT_TRUE(has_reserve()) << "it would not have helped";
  EXPECT_TRUE(guard_.could_open(1001));
  EXPECT_FALSE(has_reserve());
}

TEST_F(StorageGuardTest, AReserveOfAnotherSizeIsRemoved) {
  std::ofstream(reserve()) << "of another version";
  const StorageGuard guard(folder_.path(), kDiskBytes, disk_.probe());
  EXPECT_FALSE(has_reserve());
}

TEST_F(StorageGuardTest, ADiskThatCannotBeMeasuredChangesNothing) {
  bool fails = false;
  DiskProbe probe;
  probe.space = [&fails](const std::string& /*folder*/) -> Result<DiskSpace> {
    if (fails) return fail(Code::no_input, "no disk answers");
    return DiskSpace{.free_bytes = 1 << 30, .total_bytes = 1 << 30};
  };
  StorageGuard guard(folder_.path(), kDiskBytes, probe);
  guard.look(0);
  fails = true;
  testing::internal::CaptureStderr();
  guard.look(0);
  guard.look(0);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("no disk answers"), std::string::npos);
  EXPECT_EQ(said.find("no disk answers"), said.rfind("no disk answers"));
  EXPECT_FALSE(guard.refusal(1));
}

TEST(DiskSpace, OfAFolderThatIsNotThereYetIsThatOfItsParent) {
  const TempFolder folder;
  const auto here = disk_space(folder.path());
  ASSERT_TRUE(here);
  EXPECT_GT(here->total_bytes, 0u);
  const auto below = disk_space(folder.path() + "/a/b/c");
  ASSERT_TRUE(below);
  EXPECT_EQ(below->total_bytes, here->total_bytes);
  EXPECT_TRUE(is_writable(folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace courtside
