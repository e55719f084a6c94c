// Goal: a clock that falls behind the log is reported once each time, however long it lasts.
#include "eventlog/sequencer/clock_watch.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

bool is_told(ClockWatch& watch, std::int64_t clock_s, std::int64_t last_s) {
  return watch.look(Timestamp(clock_s * kSecondUs), Timestamp(last_s * kSecondUs)).has_value();
}

TEST(ClockWatch, TellsOncePerIncident) {
  ClockWatch watch;
  EXPECT_FALSE(is_told(watch, 100, 100));
  EXPECT_TRUE(is_told(watch, 40, 100));
  EXPECT_FALSE(is_told(watch, 41, 100));
  EXPECT_FALSE(is_told(watch, 20, 100));  // further behind: the same incident
  EXPECT_FALSE(is_told(watch, 99, 100));
  EXPECT_FALSE(is_told(watch, 100, 100));  // caught up
  EXPECT_TRUE(is_told(watch, 50, 100));
}

TEST(ClockWatch, SmallCorrectionsAreNoIncident) {
  ClockWatch watch;
  EXPECT_FALSE(watch.look(Timestamp(0), Timestamp(ClockWatch::kIncidentUs - 1)));
  EXPECT_TRUE(watch.look(Timestamp(0), Timestamp(ClockWatch::kIncidentUs)));
}

TEST(ClockWatch, SaysByHowMuchAndSinceWhen) {
  ClockWatch watch;
  const auto said = watch.look(Timestamp(0), Timestamp(7200 * kSecondUs));
  ASSERT_TRUE(said);
  EXPECT_EQ(
      *said,
      "the clock is 7200 s behind the last event of the log, which was recorded at "
      "1970-01-01T02:00:00.000000Z: until it has caught up, new events are recorded with that "
      "time");
}

}  // namespace
}  // namespace courtside
