// Goal: appends are refused while there is still room for everything that was accepted, and
// accepted again only when they would not be refused soon after.
#include "eventlog/storage/storage_gate.h"

#include <gtest/gtest.h>

#include <string>

namespace courtside {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kGiB = 1 << 30;

// A disk, and a log that does what the gate says.
class StorageGateTest : public testing::Test {
 protected:
  // "open", "open make", "closed", "closed give back"
  std::string look(std::uint64_t free_bytes, std::uint64_t segment_bytes = 0) {
    const StorageGate::Reserve due = gate_.look(free_bytes, segment_bytes, has_reserve_);
    std::string said = gate_.is_open() ? "open" : "closed";
    if (due == StorageGate::Reserve::kMake) said += " make";
    if (due == StorageGate::Reserve::kGiveBack) said += " give back";
    if (due != StorageGate::Reserve::kKeep) has_reserve_ = due == StorageGate::Reserve::kMake;
    return said;
  }

  const StorageSizes sizes_ = storage_sizes(100 * kGiB);
  StorageGate gate_{sizes_};
  bool has_reserve_ = false;
};

TEST(StorageSizes, AreTheUsualOnesOnAnOrdinaryDiskAndAtMostAnEighthOfASmallOne) {
  for (const std::uint64_t disk : {kGiB, 100 * kGiB}) {
    const StorageSizes sizes = storage_sizes(disk);
    EXPECT_EQ(sizes.memtable_bytes, 32 * kMiB);
    EXPECT_EQ(sizes.journal_bytes, 128 * kMiB);
    EXPECT_EQ(sizes.segment_bytes, 64 * kMiB);
    EXPECT_EQ(sizes.reserve_bytes, 96 * kMiB);
    EXPECT_EQ(sizes.look_bytes, 4 * kMiB);
  }
  for (const std::uint64_t disk : {24 * kMiB, 100 * kMiB, 999 * kMiB}) {
    const StorageSizes sizes = storage_sizes(disk);
    EXPECT_LE(sizes.journal_bytes, disk / 8);
    EXPECT_LE(sizes.segment_bytes, disk / 8);
    EXPECT_LE(sizes.reserve_bytes, disk / 8);
    EXPECT_GE(sizes.reserve_bytes, sizes.memtable_bytes + sizes.segment_bytes);
    EXPECT_LT(sizes.look_bytes, sizes.reserve_bytes);
  }
}

TEST_F(StorageGateTest, IsClosedUntilTheFirstLook) {
  EXPECT_FALSE(gate_.admits(1));
  EXPECT_EQ(look(10 * kGiB), "open make");
  EXPECT_TRUE(gate_.admits(1));
  EXPECT_EQ(look(10 * kGiB), "open");
}

TEST_F(StorageGateTest, ClosesWhileTheJournalsStillFitOnceMore) {
  EXPECT_EQ(look(10 * kGiB), "open make");
  const std::uint64_t needed = gate_.needed_bytes();
  EXPECT_GT(needed, sizes_.journal_bytes * 11 / 10);
  EXPECT_EQ(look(needed), "open");
  EXPECT_EQ(look(needed - 1), "closed give back");
  EXPECT_FALSE(gate_.admits(0));
}

TEST_F(StorageGateTest, IndexSegmentsInMemoryNeedRoomToo) {
  look(10 * kGiB);
  const std::uint64_t needed = gate_.needed_bytes();
  EXPECT_EQ(look(needed, 30 * kMiB), "closed give back");
  EXPECT_EQ(gate_.needed_bytes(), needed + 30 * kMiB);
}

TEST_F(StorageGateTest, TheReserveThatWasGivenBackDoesNotOpenIt) {
  look(10 * kGiB);
  const std::uint64_t needed = gate_.needed_bytes();
  EXPECT_EQ(look(needed - 1), "closed give back");
  EXPECT_EQ(look(needed - 1 + sizes_.reserve_bytes), "closed");
  // Whoever makes room has to make more than that, or it would close at once.
  EXPECT_EQ(look(gate_.reopening_bytes() - 1), "closed");
  EXPECT_EQ(look(gate_.reopening_bytes()), "open make");
  EXPECT_EQ(look(gate_.reopening_bytes() - sizes_.reserve_bytes), "open");
}

TEST_F(StorageGateTest, AReserveThatIsThereFromBeforeOpensItWithLess) {
  has_reserve_ = true;
  look(0, 0);
  has_reserve_ = true;  // as after a restart
  EXPECT_EQ(look(gate_.needed_bytes()), "open");
}

TEST_F(StorageGateTest, WithoutAReserveItStaysClosed) {
  EXPECT_EQ(look(10 * kGiB), "open make");
  gate_.on_no_reserve();
  EXPECT_FALSE(gate_.is_open());
  EXPECT_FALSE(gate_.admits(1));
}

TEST_F(StorageGateTest, WhatWasWrittenSinceTheLookCountsTwice) {
  look(10 * kGiB);
  look(gate_.needed_bytes() + 10 * kMiB);
  EXPECT_TRUE(gate_.admits(5 * kMiB));
  EXPECT_FALSE(gate_.admits(5 * kMiB + 1));
  EXPECT_FALSE(gate_.is_look_due());
  gate_.on_written(3 * kMiB);
  EXPECT_TRUE(gate_.admits(2 * kMiB));
  EXPECT_FALSE(gate_.admits(2 * kMiB + 1));
  gate_.on_written(kMiB);
  EXPECT_TRUE(gate_.is_look_due());
  look(gate_.needed_bytes() + 10 * kMiB);
  EXPECT_FALSE(gate_.is_look_due());
}

TEST_F(StorageGateTest, CompactionsLeaveRoomForTheJournals) {
  look(10 * kGiB);
  EXPECT_GE(gate_.untouchable_bytes(), sizes_.journal_bytes * 11 / 10);
  EXPECT_LE(gate_.untouchable_bytes(), gate_.needed_bytes());
}

}  // namespace
}  // namespace courtside
