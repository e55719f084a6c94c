// Goal: a text is as wide as a terminal shows it, and is cut between characters.
#include "cli/terminal/text_width.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace courtside {
namespace {

TEST(TextWidth, CountsColumnsAndNoBytes) {
  EXPECT_EQ(text_width(""), 0u);
  EXPECT_EQ(text_width("booking:b_1"), 11u);
  EXPECT_EQ(text_width("Zürich"), 6u);
  EXPECT_EQ(text_width("日本語"), 6u);
  EXPECT_EQ(text_width("e\u0301"), 1u) << "an accent of its own";
  EXPECT_EQ(text_width("🎾"), 2u);
}

TEST(TextWidth, CutsBetweenCharacters) {
  EXPECT_EQ(cut_to_width("booking", 7), "booking");
  EXPECT_EQ(cut_to_width("booking", 6), "booki…");
  EXPECT_EQ(cut_to_width("booking", 1), "…");
  EXPECT_EQ(cut_to_width("booking", 0), "");
  EXPECT_EQ(cut_to_width("", 0), "");
  EXPECT_EQ(cut_to_width("日本語", 5), "日本…");
  EXPECT_EQ(cut_to_width("日本語", 4), "日…") << "half a character is none";
  EXPECT_EQ(cut_to_width("ae\u0301i", 2), "a…");
  EXPECT_EQ(cut_to_width("ae\u0301io", 3), "ae\u0301…") << "the accent stays with its letter";
}

TEST(TextWidth, NoCutIsWiderThanAsked) {
  const std::string text = "a日é🎾e\u0301本x";
  for (std::size_t width = 0; width <= text_width(text); ++width) {
    const std::string cut = cut_to_width(text, width);
    EXPECT_LE(text_width(cut), width) << cut;
    EXPECT_TRUE(is_utf8(cut)) << width;
  }
  EXPECT_EQ(text_width("\xff\xfe"), 2u) << "what is no UTF-8 is a column a byte";
}

}  // namespace
}  // namespace courtside
