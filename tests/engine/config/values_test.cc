// Goal: quantities are parsed exactly as people write them, and never misread silently.
#include "engine/config/values.h"

#include <gtest/gtest.h>

#include "engine/config/nearest.h"

namespace courtside {
namespace {

std::string read(std::string_view text, Unit unit) {
  const Result<std::uint64_t> value = parse_quantity(text, unit);
  return value ? std::to_string(*value) : value.error().message;
}

TEST(Quantity, BytesTakeBinarySuffixes) {
  EXPECT_EQ(read("0", Unit::kBytes), "0");
  EXPECT_EQ(read("1000", Unit::kBytes), "1000");
  EXPECT_EQ(read("1000B", Unit::kBytes), "1000");
  EXPECT_EQ(read("64KiB", Unit::kBytes), "65536");
  EXPECT_EQ(read("3MiB", Unit::kBytes), "3145728");
  EXPECT_EQ(read("2GiB", Unit::kBytes), "2147483648");
  EXPECT_EQ(read("1TiB", Unit::kBytes), "1099511627776");
}

TEST(Quantity, DurationsComeInTheUnitThatTheSettingHas) {
  EXPECT_EQ(read("250ms", Unit::kMilliseconds), "250");
  EXPECT_EQ(read("5s", Unit::kMilliseconds), "5000");
  EXPECT_EQ(read("90m", Unit::kMilliseconds), "5400000");
  EXPECT_EQ(read("1h", Unit::kSeconds), "3600");
  EXPECT_EQ(read("30d", Unit::kSeconds), "2592000");
  EXPECT_EQ(read("2000ms", Unit::kSeconds), "2");
  EXPECT_EQ(read("0", Unit::kSeconds), "0");
}

TEST(Quantity, WhatIsNoQuantityIsRefusedWithItsText) {
  const std::string bytes = " is not a number of bytes (B, KiB, MiB, GiB, TiB)";
  const std::string duration = " is not a duration (ms, s, m, h, d)";
  EXPECT_EQ(read("", Unit::kBytes), "``" + bytes);
  EXPECT_EQ(read("64KB", Unit::kBytes), "`64KB`" + bytes);  // 64,000 or 65,536? It is ambiguous.
  EXPECT_EQ(read("64 KiB", Unit::kBytes), "`64 KiB`" + bytes);
  EXPECT_EQ(read("-1", Unit::kBytes), "`-1`" + bytes);
  EXPECT_EQ(read("1.5GiB", Unit::kBytes), "`1.5GiB`" + bytes);
  EXPECT_EQ(read("0x10", Unit::kBytes), "`0x10`" + bytes);
  EXPECT_EQ(read("30", Unit::kSeconds), "`30`" + duration);  // without a unit
  EXPECT_EQ(read("30D", Unit::kSeconds), "`30D`" + duration);
  EXPECT_EQ(read("5s", Unit::kCount), "`5s` is not a whole number");
  EXPECT_EQ(read("1500ms", Unit::kSeconds), "`1500ms` is not a whole number of seconds");
}

TEST(Quantity, WhatDoesNotFitIsTooLargeAndDoesNotWrapAround) {
  EXPECT_EQ(read("18446744073709551615", Unit::kCount), "18446744073709551615");
  EXPECT_EQ(read("18446744073709551616", Unit::kCount), "`18446744073709551616` is too large");
  EXPECT_EQ(read("16777215TiB", Unit::kBytes), "18446742974197923840");
  EXPECT_EQ(read("16777216TiB", Unit::kBytes), "`16777216TiB` is too large");
}

TEST(Quantity, IsWrittenInTheLargestUnitThatDividesIt) {
  EXPECT_EQ(format_quantity(0, Unit::kBytes), "0");
  EXPECT_EQ(format_quantity(1000, Unit::kBytes), "1000B");
  EXPECT_EQ(format_quantity(65536, Unit::kBytes), "64KiB");
  EXPECT_EQ(format_quantity(1500, Unit::kMilliseconds), "1500ms");
  EXPECT_EQ(format_quantity(60'000, Unit::kMilliseconds), "1m");
  EXPECT_EQ(format_quantity(2'592'000, Unit::kSeconds), "30d");
  EXPECT_EQ(format_quantity(1001, Unit::kCount), "1001");
}

TEST(Quantity, IsReadAsItIsWritten) {
  for (const Unit unit : {Unit::kCount, Unit::kBytes, Unit::kMilliseconds, Unit::kSeconds}) {
    for (const std::uint64_t value : {0ULL, 1ULL, 59ULL, 60ULL, 1023ULL, 1024ULL, 86'400ULL,
                                      3'600'000ULL, 1ULL << 40, (1ULL << 40) + 1}) {
      EXPECT_EQ(read(format_quantity(value, unit), unit), std::to_string(value));
    }
  }
}

TEST(Nearest, CountsTheCharactersThatDiffer) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("listen", "listen"), 0u);
  EXPECT_EQ(edit_distance("lisen", "listen"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, SuggestsOnlyWhatMayHaveBeenMeant) {
  const std::vector<std::string> known = {"listen", "data", "retention.age", "retention.bytes"};
  EXPECT_EQ(nearest("lsten", known), "listen");
  EXPECT_EQ(nearest("retention.byte", known), "retention.bytes");
  EXPECT_EQ(nearest("retntion_age", known), "retention.age");
  EXPECT_EQ(nearest("colour", known), "");
  EXPECT_EQ(suggestion("dta", known), "; did you mean `data`?");
  EXPECT_EQ(suggestion("xyz", known), "");
  EXPECT_EQ(nearest("foo", {"log", "for", "help"}), "for");
  EXPECT_EQ(nearest("foo", {"log", "help"}), "");
}

}  // namespace
}  // namespace courtside
