// Goal: a position has exactly one spelling in each of its two forms, and no other text is
// accepted.
#include "schema/position.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(Position, ReadsWhatItWrote) {
  for (const std::uint64_t offset : {0ull, 1ull, 104'217ull, 18'446'744'073'709'551'615ull}) {
    const Position position{.epoch = "k3f9", .offset = Offset(offset)};
    const auto read = parse_position(format(position));
    ASSERT_TRUE(read) << format(position);
    EXPECT_EQ(*read, position);
  }
  EXPECT_EQ(format_position("k3f9", Offset(104'217)), "k3f9:104217");
}

TEST(Position, HasASecondFormThatSortsAsText) {
  std::string before;
  for (const std::uint64_t offset :
       {0ull, 1ull, 9ull, 10ull, 104'217ull, 18'446'744'073'709'551'615ull}) {
    const std::string text = format_sortable_position("k3f9", Offset(offset));
    const auto read = parse_position(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, (Position{.epoch = "k3f9", .offset = Offset(offset)}));
    EXPECT_LT(before, text);
    before = text;
  }
  EXPECT_EQ(format_sortable_position("k3f9", Offset(104'217)), "k3f9_00000000000000104217");
}

TEST(Position, TakesEpochsOfUpToSixteenCharacters) {
  EXPECT_TRUE(parse_position("a:1"));
  EXPECT_TRUE(parse_position("0123456789abcdef:1"));
  EXPECT_FALSE(parse_position("0123456789abcdefg:1"));
}

TEST(Position, RefusesEverythingElse) {
  const std::string_view refused[] = {"",
                                      ":",
                                      "k3f9",
                                      "k3f9:",
                                      ":1",
                                      "k3f9 :1",
                                      "k3f9: 1",
                                      "k3f9:1 ",
                                      " k3f9:1",
                                      "K3F9:1",
                                      "k3_9:1",
                                      "k3\xc3\xa9:1",
                                      "k3f9:01",
                                      "k3f9:00",
                                      "k3f9:+1",
                                      "k3f9:-1",
                                      "k3f9:1.0",
                                      "k3f9:1e3",
                                      "k3f9:0x1",
                                      "k3f9:1:2",
                                      "k3f9:one",
                                      "k3f9:18446744073709551616",  // 2^64
                                      "k3f9:99999999999999999999999999",
                                      "k3f9_104217",
                                      "k3f9_0000000000000104217",    // 19 digits
                                      "k3f9_000000000000000104217",  // 21 digits
                                      "k3f9_18446744073709551616",   // 2^64
                                      "k3f9:00000000000000104217",
                                      "k3f9_0000000000000010421x",
                                      "_00000000000000104217",
                                      std::string_view("k3f9:1\0", 7),
                                      std::string_view("k3f9\0:1", 7)};
  for (const std::string_view text : refused) {
    const auto read = parse_position(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::bad_position) << text;
  }
}

}  // namespace
}  // namespace courtside
