// Goal: times finer than microseconds are compared by their exact value.
#include "base/fine_time.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/time.h"

namespace courtside {
namespace {

std::string floor_of(std::string_view text) {
  const auto time = parse_fine_time(text);
  return time ? format_rfc3339(time->floor) : "none";
}
std::string ceiling_of(std::string_view text) {
  const auto time = parse_fine_time(text);
  return time ? format_rfc3339(time->ceiling()) : "none";
}

TEST(FineTime, ABoundIsRoundedUpToTheNextMicrosecond) {
  EXPECT_EQ(ceiling_of("2026-11-01T10:00:00.123456Z"), "2026-11-01T10:00:00.123456Z");
  EXPECT_EQ(ceiling_of("2026-11-01T10:00:00.123456000Z"), "2026-11-01T10:00:00.123456Z");
  EXPECT_EQ(ceiling_of("2026-11-01T10:00:00.1234561Z"), "2026-11-01T10:00:00.123457Z");
  EXPECT_EQ(ceiling_of("2026-11-01T10:00:00.12345600000000000001Z"), "2026-11-01T10:00:00.123457Z");
  EXPECT_EQ(ceiling_of("2026-12-31T23:59:59.9999991Z"), "2027-01-01T00:00:00.000000Z");
  EXPECT_EQ(ceiling_of("1969-12-31T23:59:59.9999999Z"), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(ceiling_of("2026-11-01T15:30:00.0000001+05:30"), "2026-11-01T10:00:00.000001Z");
}

TEST(FineTime, AMomentIsRoundedDown) {
  EXPECT_EQ(floor_of("2026-11-01T10:00:00.1234569Z"), "2026-11-01T10:00:00.123456Z");
  EXPECT_EQ(floor_of("1969-12-31T23:59:59.9999999Z"), "1969-12-31T23:59:59.999999Z");
}

// In ascending order.
TEST(FineTime, IsOrderedByValue) {
  const std::vector<std::string> texts = {
      "2016-12-31T23:59:59.9Z",       "2016-12-31T23:59:59.999998Z",
      "2016-12-31T23:59:59.9999981Z", "2016-12-31T23:59:59.99999811Z",
      "2016-12-31T23:59:59.9999982Z", "2016-12-31T23:59:59.9999999999Z",
      "2016-12-31T23:59:60Z",         "2017-01-01T05:29:60.000000001+05:30",
      "2016-12-31T23:59:60.5Z",       "2017-01-01T00:00:00Z",
      "2017-01-01T00:00:00.0000001Z",
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < texts.size(); ++j) {
      const auto a = parse_fine_time(texts[i]);
      const auto b = parse_fine_time(texts[j]);
      ASSERT_TRUE(a && b) << texts[i] << ' ' << texts[j];
      EXPECT_EQ(*a < *b, i < j) << texts[i] << ' ' << texts[j];
      EXPECT_EQ(*a == *b, i == j) << texts[i] << ' ' << texts[j];
    }
  }
  EXPECT_EQ(parse_fine_time("2026-11-01T10:00:00.12345670Z"),
            parse_fine_time("2026-11-01T11:00:00.1234567+01:00"));
}

TEST(FineTime, ALeapSecondLiesBetweenTheMicrosecondsAroundIt) {
  EXPECT_EQ(floor_of("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59.999999Z");
  EXPECT_EQ(ceiling_of("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000000Z");
  EXPECT_EQ(ceiling_of("2016-12-31T23:59:60.75Z"), "2017-01-01T00:00:00.000000Z");
  EXPECT_EQ(ceiling_of("2015-06-30T19:59:60-04:00"), "2015-07-01T00:00:00.000000Z");
}

TEST(FineTime, Second60IsNoneWhereThereIsNoLeapSecond) {
  EXPECT_EQ(floor_of("2026-11-01T10:00:60Z"), "none");
  EXPECT_EQ(floor_of("2016-12-30T23:59:60Z"), "none");
  EXPECT_EQ(floor_of("2016-12-31T23:59:60+01:00"), "none");
}

TEST(FineTime, ATimeWhoseYearInUtcHasNoFourDigitsIsNone) {
  EXPECT_EQ(floor_of("0000-01-01T00:00:00+00:01"), "none");
  EXPECT_EQ(floor_of("0000-01-01T00:00:00-00:01"), "0000-01-01T00:01:00.000000Z");
  EXPECT_EQ(floor_of("9999-12-31T23:59:59-00:01"), "none");
  EXPECT_EQ(floor_of("9999-12-31T23:59:59+00:01"), "9999-12-31T23:58:59.000000Z");
  EXPECT_EQ(ceiling_of("9999-12-31T23:59:59.9999999Z"), "9999-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace courtside
