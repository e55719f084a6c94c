// Goal: text of producers cannot steer a terminal, and stays what it is otherwise.
#include "cli/terminal/table_text.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(TextForATerminal, StaysWhatItIs) {
  for (const char* text : {"", "a", "Zoë", "कोर्ट 3", "café – “court” … €", "שלום\u200f!", "🏸"}) {
    EXPECT_EQ(for_terminal(text), text);
  }
}

TEST(TextForATerminal, HasNoControlCharacters) {
  EXPECT_EQ(for_terminal("a\x1b[2Jb\n\x7f"), R"(a\u001b[2Jb\u000a\u007f)");
  EXPECT_EQ(for_terminal("\u009b2J"), R"(\u009b2J)");
}

// With U+202E, "gpj.exe" is shown as "exe.jpg".
TEST(TextForATerminal, IsNotReordered) {
  EXPECT_EQ(for_terminal("a\u202egpj.exe\u202c"), R"(a\u202egpj.exe\u202c)");
  EXPECT_EQ(for_terminal("\u2066b\u2069"), R"(\u2066b\u2069)");
  EXPECT_EQ(for_terminal("one\u2028two\u2029"), R"(one\u2028two\u2029)");
  EXPECT_EQ(for_terminal("\u2027\u202f\u2065\u206a"), "\u2027\u202f\u2065\u206a");
}

TEST(TextForATerminal, ShowsBytesThatAreNoText) {
  EXPECT_EQ(for_terminal("a\xff\xe2\x80"), R"(a\xff\xe2\x80)");
}

TEST(TextForATerminal, IsCutBetweenCharacters) {
  EXPECT_EQ(for_terminal("aé", 3), "aé");
  EXPECT_EQ(for_terminal("aé", 2), "a…");
}

}  // namespace
}  // namespace courtside
