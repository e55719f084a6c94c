// Goal: retention drops exactly what exceeds the limits, in bounded steps, and never the newest
// event because of bytes.
#include "eventlog/sequencer/retention.h"

#include <gtest/gtest.h>

#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

constexpr std::int64_t kSecond = 1'000'000;

class RetentionTest : public testing::Test {
 protected:
  // One event per second, from second 1 on.
  void append_events(int count, std::size_t data_bytes) {
    for (int i = 0; i < count; ++i) {
      ++seconds_;
      commit(log_, {append({{.id = std::to_string(seconds_), .data_bytes = data_bytes}})},
             Timestamp(seconds_ * kSecond));
    }
  }
  std::string due(const RetentionLimits& limits) {
    return describe(*due_drops(log_, limits, Timestamp(seconds_ * kSecond)));
  }
  std::uint64_t size_of(std::uint64_t offset) {
    return (*log_.read({Offset(offset)}))[0]->bytes().size();
  }

  MemoryLog log_{"e"};
  std::int64_t seconds_ = 0;
};

TEST_F(RetentionTest, AnEmptyLogOrOneWithoutLimitsLosesNothing) {
  EXPECT_EQ(due({.bytes = 1, .age_s = 1}), "");
  append_events(5, 100);
  EXPECT_EQ(due({}), "");
}

TEST_F(RetentionTest, BytesAreExact) {
  append_events(9, 100);  // all of one size
  const std::uint64_t size = size_of(1);
  ASSERT_EQ(size_of(9), size);
  EXPECT_EQ(due({.bytes = 9 * size}), "");
  EXPECT_EQ(due({.bytes = 9 * size - 1}), "2");
  EXPECT_EQ(due({.bytes = 8 * size}), "2");
  EXPECT_EQ(due({.bytes = 3 * size}), "7");
  EXPECT_EQ(due({.bytes = 2 * size - 1}), "9");
}

TEST_F(RetentionTest, BytesCountFromWhatIsStillHeld) {
  append_events(9, 100);
  const std::uint64_t size = size_of(1);
  commit(log_, {Drop{Offset(7)}});
  EXPECT_EQ(due({.bytes = 3 * size}), "");
  EXPECT_EQ(due({.bytes = 2 * size}), "8");
}

TEST_F(RetentionTest, TheNewestEventStaysHoweverLarge) {
  append_events(1, 100);
  EXPECT_EQ(due({.bytes = 1}), "");
  append_events(1, 100'000);
  EXPECT_EQ(due({.bytes = 1}), "2");
}

TEST_F(RetentionTest, AgeIsExactAndMayLeaveNothing) {
  append_events(9, 0);
  EXPECT_EQ(due({.age_s = 8}), "");
  EXPECT_EQ(due({.age_s = 7}), "2");
  EXPECT_EQ(due({.age_s = 1}), "8");
  seconds_ += 100;
  EXPECT_EQ(due({.age_s = 50}), "10");
  EXPECT_EQ(due({.age_s = UINT64_MAX}), "");  // before all times
}

TEST_F(RetentionTest, TheStricterLimitCounts) {
  append_events(9, 100);
  const std::uint64_t size = size_of(1);
  EXPECT_EQ(due({.bytes = 3 * size, .age_s = 7}), "7");
  EXPECT_EQ(due({.bytes = 8 * size, .age_s = 1}), "8");
}

TEST_F(RetentionTest, MuchIsDroppedInSteps) {
  append_events(100, 250'000);
  const std::uint64_t size = size_of(5);
  const std::uint64_t per_step = kDropBytesMax / size;
  const auto drops = *due_drops(log_, {.bytes = 10 * size}, Timestamp());
  ASSERT_EQ(drops.size(), (90 + per_step - 1) / per_step);
  Offset from(1);
  for (const Offset below : drops) {
    const std::uint64_t dropped = below.value() - from.value();
    EXPECT_LE(dropped * size, kDropBytesMax);
    EXPECT_TRUE(dropped == per_step || below == drops.back());
    from = below;
  }
  EXPECT_EQ(from, Offset(91));
}

}  // namespace
}  // namespace courtside
