// Goal: the tail holds the newest batches within its bytes, without a hole, and finds them.
#include "replay/tail.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/replay/support/offsets.h"
#include "tests/replay/support/test_log.h"

namespace courtside {
namespace {

using test::make_batch;
using test::TestEvent;

SharedBatch batch_of(std::uint64_t begin, std::size_t count) {
  return make_batch(Offset(begin), std::vector<TestEvent>(count));
}

std::vector<OffsetRange> ranges(const std::vector<SharedBatch>& batches) {
  std::vector<OffsetRange> found;
  for (const SharedBatch& batch : batches) found.push_back(batch->range);
  return found;
}

TEST(Tail, FindsTheBatchesOfARange) {
  Tail tail(1 << 20);
  tail.add(batch_of(5, 3));
  tail.add(batch_of(8, 1));
  tail.add(batch_of(9, 4));
  EXPECT_EQ(tail.range(), range(5, 13));
  using Ranges = std::vector<OffsetRange>;
  EXPECT_EQ(ranges(tail.find(range(5, 13), 9)), (Ranges{range(5, 8), range(8, 9), range(9, 13)}));
  EXPECT_EQ(ranges(tail.find(range(7, 9), 9)), (Ranges{range(5, 8), range(8, 9)}));
  EXPECT_EQ(ranges(tail.find(range(8, 9), 9)), (Ranges{range(8, 9)}));
  EXPECT_EQ(ranges(tail.find(range(5, 13), 2)), (Ranges{range(5, 8), range(8, 9)}));
  EXPECT_EQ(ranges(tail.find(range(12, 99), 9)), (Ranges{range(9, 13)}));
  EXPECT_TRUE(tail.find(range(4, 13), 9).empty());   // it does not reach back so far
  EXPECT_TRUE(tail.find(range(13, 20), 9).empty());  // nor beyond its end
}

TEST(Tail, FindsTheBatchOfAnOffset) {
  Tail tail(1 << 20);
  EXPECT_EQ(tail.at(Offset(5)), nullptr);
  tail.add(batch_of(5, 3));
  tail.add(batch_of(8, 1));
  EXPECT_EQ(tail.at(Offset(4)), nullptr);
  EXPECT_EQ(tail.at(Offset(5))->range, range(5, 8));
  EXPECT_EQ(tail.at(Offset(7))->range, range(5, 8));
  EXPECT_EQ(tail.at(Offset(8))->range, range(8, 9));
  EXPECT_EQ(tail.at(Offset(9)), nullptr);
}

TEST(Tail, LeavesEmptyBatchesOut) {
  Tail tail(1 << 20);
  EXPECT_TRUE(tail.range().empty());
  tail.add(batch_of(1, 0));
  EXPECT_TRUE(tail.range().empty());
  tail.add(batch_of(7, 1));  // the first may begin anywhere
  EXPECT_EQ(tail.range(), range(7, 8));
}

TEST(Tail, TheOldestGoFirstAndTheNewestStays) {
  const std::size_t batch_bytes = batch_of(1, 4)->size_bytes();
  Tail tail(3 * batch_bytes);
  for (std::uint64_t begin = 1; begin < 100; begin += 4) {
    tail.add(batch_of(begin, 4));
    EXPECT_LE(tail.size_bytes(), 3 * batch_bytes);
  }
  EXPECT_EQ(tail.range(), range(89, 101));
  tail.add(batch_of(101, 400));  // larger than the bound
  EXPECT_EQ(tail.range(), range(101, 501));
  EXPECT_GT(tail.size_bytes(), 3 * batch_bytes);
  tail.add(batch_of(501, 4));
  EXPECT_EQ(tail.range(), range(501, 505));
}

// Batches that a reader found stay readable when the tail evicts them.
TEST(Tail, ReadersKeepWhatTheyFound) {
  Tail tail(1);
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const OffsetRange held = tail.range();
      for (const SharedBatch& batch : tail.find(held, 4)) {
        ASSERT_EQ(batch->at(batch->range.begin).offset(), batch->range.begin);
      }
    }
  });
  for (std::uint64_t begin = 1; begin < 2'000; begin += 2) tail.add(batch_of(begin, 2));
  done = true;
  reader.join();
  EXPECT_EQ(tail.range(), range(1'999, 2'001));
}

using TailDeathTest = testing::Test;

TEST(TailDeathTest, AHoleIsCaught) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Tail tail(1 << 20);
  tail.add(batch_of(5, 3));
  EXPECT_DEATH(tail.add(batch_of(9, 1)), "check failed");
}

}  // namespace
}  // namespace courtside
