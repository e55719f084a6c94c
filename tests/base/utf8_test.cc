// Goal: the three UTF-8 functions agree on every text: whole, cut anywhere, or by character.
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace courtside {
namespace {

bool is_utf8_in_pieces(std::string_view text, std::size_t piece_bytes) {
  Utf8Validator validator;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    if (!validator.feed(text.substr(at, piece_bytes))) return false;
  }
  return validator.complete();
}

bool is_utf8_by_character(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

void expect(const std::string& text, bool is_it) {
  EXPECT_EQ(is_utf8(text), is_it) << testing::PrintToString(text);
  EXPECT_EQ(is_utf8_by_character(text), is_it) << testing::PrintToString(text);
  for (std::size_t piece = 1; piece <= text.size() + 1; ++piece) {
    EXPECT_EQ(is_utf8_in_pieces(text, piece), is_it) << testing::PrintToString(text) << piece;
  }
}

TEST(Utf8, EveryFormOfACharacterIsKnown) {
  const std::vector<std::string> good = {"",
                                         "a",
                                         std::string(1, '\0'),
                                         "\x7f",
                                         "\xc2\x80",
                                         "\xdf\xbf",
                                         "\xe0\xa0\x80",
                                         "\xed\x9f\xbf",
                                         "\xee\x80\x80",
                                         "\xef\xbf\xbf",
                                         "\xf0\x90\x80\x80",
                                         "\xf4\x8f\xbf\xbf",
                                         "Zürich 球場 🏸"};
  for (const std::string& text : good) {
    expect(text, true);
    expect("seven chars and " + text + " more than sixteen after it", true);
  }
}

TEST(Utf8, WhatIsNoCharacterIsRefusedWhereverItStands) {
  const std::vector<std::string> bad = {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xc2",
                                        "\xc2\x7f",
                                        "\xe0\x9f\xbf",
                                        "\xe0\xa0",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf0\x90\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xfe",
                                        "\xff",
                                        "\xc2\xc2\x80"};
  for (const std::string& text : bad) {
    expect(text, false);
    expect("seven chars and " + text, false);
    expect(text + "a and more than sixteen characters", false);
  }
}

// All three-byte texts whose first byte is not ASCII. All 128 * 65,536 would be slow, so the last
// byte takes only the values where the result changes.
TEST(Utf8, AllThreeAgreeOnEveryBeginning) {
  const std::string last = "\x00\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xff";
  for (int first = 0x80; first <= 0xff; ++first) {
    for (int second = 0; second <= 0xff; ++second) {
      for (const char third : last) {
        const std::string text = {static_cast<char>(first), static_cast<char>(second), third};
        const bool whole = is_utf8(text);
        ASSERT_EQ(is_utf8_in_pieces(text, 1), whole) << testing::PrintToString(text);
        ASSERT_EQ(is_utf8_by_character(text), whole) << testing::PrintToString(text);
      }
    }
  }
}

TEST(Utf8, ACharacterIsMeasuredWithoutWhatFollows) {
  EXPECT_EQ(utf8_character_size(""), 0u);
  EXPECT_EQ(utf8_character_size("a\xff"), 1u);
  EXPECT_EQ(utf8_character_size("\xc3\xbc\xff"), 2u);
  EXPECT_EQ(utf8_character_size("\xe7\x90\x83\xff"), 3u);
  EXPECT_EQ(utf8_character_size("\xf0\x9f\x8f\xb8\xff"), 4u);
  EXPECT_EQ(utf8_character_size("\xf0\x9f\x8f"), 0u);
}

}  // namespace
}  // namespace courtside
