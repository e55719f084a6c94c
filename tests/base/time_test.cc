// Goal: every instant is written and read exactly, and only RFC 3339 times are read.
#include "base/time.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace courtside {
namespace {

std::string read(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? std::to_string(time->value()) : "none";
}

// Each instant in microseconds since 1970, and its text. The numbers are from `date -d`.
const std::vector<std::pair<std::int64_t, const char*>> kInstants = {
    {0, "1970-01-01T00:00:00.000000Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {-1'000'000, "1969-12-31T23:59:59.000000Z"},
    {-86'400'000'000, "1969-12-31T00:00:00.000000Z"},
    {-86'400'000'001, "1969-12-30T23:59:59.999999Z"},
    {951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},  // a century that is a leap year
    {951'868'800'000'000, "2000-03-01T00:00:00.000000Z"},
    {1'709'164'800'000'000, "2024-02-29T00:00:00.000000Z"},  // an ordinary leap year
    {1'793'527'200'123'456, "2026-11-01T10:00:00.123456Z"},
    {4'107'542'399'999'999, "2100-02-28T23:59:59.999999Z"},  // 2100 has no leap day
    {4'107'542'400'000'000, "2100-03-01T00:00:00.000000Z"},
    {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},  // the last one of RFC 3339
    {-62'167'219'200'000'000, "0000-01-01T00:00:00.000000Z"},  // the first one
};

TEST(Time, IsWrittenInUtcWithMicroseconds) {
  for (const auto& [micros, text] : kInstants) {
    EXPECT_EQ(format_rfc3339(Timestamp(micros)), text);
    EXPECT_EQ(format_rfc3339(Timestamp(micros)).size(), 27u);
  }
}

TEST(Time, IsReadAsItIsWritten) {
  for (const auto& [micros, text] : kInstants) EXPECT_EQ(read(text), std::to_string(micros));
}

TEST(Time, IsAppendedToWhatIsThere) {
  std::string out = "at ";
  append_rfc3339(out, Timestamp(0));
  EXPECT_EQ(out, "at 1970-01-01T00:00:00.000000Z");
}

TEST(Time, EveryFormOfAnInstantIsTheSameInstant) {
  const std::string instant = std::to_string(1'793'527'200'000'000);  // 2026-11-01T10:00:00Z
  for (const char* form :
       {"2026-11-01T10:00:00Z", "2026-11-01t10:00:00z", "2026-11-01 10:00:00Z",
        "2026-11-01T10:00:00.0Z", "2026-11-01T10:00:00.000000000Z", "2026-11-01T10:00:00+00:00",
        "2026-11-01T10:00:00-00:00", "2026-11-01T15:30:00+05:30", "2026-11-01T02:00:00-08:00",
        "2026-10-31T20:15:00-13:45", "2026-11-02T09:59:00+23:59"}) {
    EXPECT_EQ(read(form), instant) << form;
  }
}

TEST(Time, AnOffsetMayLeadIntoAnotherYear) {
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2027-01-01T00:30:00+01:00")),
            "2026-12-31T23:30:00.000000Z");
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2024-02-28T23:30:00-01:00")),
            "2024-02-29T00:30:00.000000Z");
}

TEST(Time, FractionsAreCutNotRounded) {
  EXPECT_EQ(read("1970-01-01T00:00:00.1Z"), "100000");
  EXPECT_EQ(read("1970-01-01T00:00:00.000001Z"), "1");
  EXPECT_EQ(read("1970-01-01T00:00:00.0000019999Z"), "1");
  EXPECT_EQ(read("1970-01-01T00:00:00.9999999Z"), "999999");
  EXPECT_EQ(read("1969-12-31T23:59:59.9999999Z"), "-1");
}

TEST(Time, ALeapSecondIsCutToTheLastMicrosecondBefore) {
  EXPECT_EQ(read("2016-12-31T23:59:60Z"), read("2016-12-31T23:59:59.999999Z"));
}

TEST(Time, OnlyLeapYearsHaveALeapDay) {
  EXPECT_NE(read("2024-02-29T00:00:00Z"), "none");
  EXPECT_NE(read("2000-02-29T00:00:00Z"), "none");
  EXPECT_EQ(read("2023-02-29T00:00:00Z"), "none");
  EXPECT_EQ(read("2100-02-29T00:00:00Z"), "none");
  EXPECT_EQ(read("2024-02-30T00:00:00Z"), "none");
}

TEST(Time, WhatIsNoRfc3339TimeIsNotRead) {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-11-01",
                           "2026-11-01T10:00:00",
                           "2026-11-01T10:00Z",
                           "2026-11-01T10:00:00.Z",
                           "2026-11-01T10:00:00.5",
                           "2026-11-01T10:00:00,5Z",
                           "2026-11-01T24:00:00Z",
                           "2026-11-01T10:60:00Z",
                           "2026-11-01T10:00:61Z",
                           "2026-00-01T10:00:00Z",
                           "2026-13-01T10:00:00Z",
                           "2026-11-00T10:00:00Z",
                           "2026-11-31T10:00:00Z",
                           "2026-11-01T10:00:00+24:00",
                           "2026-11-01T10:00:00+05:60",
                           "2026-11-01T10:00:00+0530",
                           "2026-11-01T10:00:00+05",
                           "2026-11-01T10:00:00ZZ",
                           "2026-11-01T10:00:00Z ",
                           " 2026-11-01T10:00:00Z",
                           "26-11-01T10:00:00Z",
                           "2026-1-01T10:00:00Z",
                           "-026-11-01T10:00:00Z",
                           "2026-11-01T10:00:00UTC",
                           "20261101T100000Z",
                           "2026/11/01T10:00:00Z",
                           "+2026-11-01T10:00:00Z"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(Time, EveryBeginningOfATimeIsNoTime) {
  const std::string whole = "2026-11-01T10:00:00.123456+05:30";
  ASSERT_NE(read(whole), "none");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(read(whole.substr(0, length)), "none") << whole.substr(0, length);
  }
}

TEST(Time, EveryDayOfFourCenturiesComesBack) {
  // 146,097 days are one whole cycle of the Gregorian calendar.
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::int64_t first = parse_rfc3339("1900-01-01T00:00:00Z")->value();
  std::string last;
  for (std::int64_t day = 0; day < 146'097; ++day) {
    const Timestamp time(first + day * kDay + 1);
    const std::string text = format_rfc3339(time);
    ASSERT_EQ(parse_rfc3339(text), time) << text;
    ASSERT_LT(last, text);  // the text sorts like the time
    last = text;
  }
  EXPECT_EQ(last, "2299-12-31T00:00:00.000001Z");
}

TEST(Clocks, TheWallClockIsInThisCenturyAndTheSteadyOneNeverGoesBack) {
  EXPECT_GT(now(), *parse_rfc3339("2020-01-01T00:00:00Z"));
  EXPECT_LT(now(), *parse_rfc3339("2100-01-01T00:00:00Z"));
  std::uint64_t last = steady_us();
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t next = steady_us();
    ASSERT_GE(next, last);
    last = next;
  }
}

}  // namespace
}  // namespace courtside
