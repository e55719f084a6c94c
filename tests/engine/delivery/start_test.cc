// Goal: a pace is counted from a moment that is the same for all who name it, and that has events.
#include "engine/delivery/start.h"

#include <gtest/gtest.h>

#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

using fixtures::SmallLog;

constexpr std::int64_t kDayUs = 86'400'000'000;

struct StartSince : ::testing::Test {
  // "first offset, paced from this day"
  std::string since(std::int64_t day) {
    const protocol::From from{.kind = protocol::From::Kind::kSince,
                              .since = Timestamp(day * kDayUs)};
    const Result<Start> start = resolve_start_reading(from, {}, small.log, small.pages);
    if (!start) return start.error().message;
    return std::to_string(start->next.value()) + ", " +
           std::to_string(start->pace_from->value() / kDayUs);
  }
  void commit_on(std::int64_t day) {
    small.recorded = Timestamp(day * kDayUs);
    small.commit(1, "user:1");
  }

  SmallLog small;
};

// `since` last month, of a log that began last week, was silent for three weeks.
TEST_F(StartSince, NothingIsWaitedThroughThatIsNotHeld) {
  EXPECT_EQ(since(3), "1, 3");
  for (const int day : {10, 12, 14}) commit_on(day);
  EXPECT_EQ(since(3), "1, 10");
  EXPECT_EQ(since(10), "1, 10");
  EXPECT_EQ(since(11), "2, 11");
  EXPECT_EQ(since(20), "4, 20");
  small.drop_below(2);
  EXPECT_EQ(since(3), "2, 12");
  EXPECT_EQ(since(13), "3, 13");
}

}  // namespace
}  // namespace courtside
