// Goal: a shell reads a printed word as the original text.
#include "base/shell.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace courtside {
namespace {

std::string echoed(const std::string& word) {
  std::FILE* const shell = popen(("printf %s " + word).c_str(), "r");
  std::string out;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) {
    out.push_back(static_cast<char>(c));
  }
  pclose(shell);
  return out;
}

TEST(ShellWord, PlainTextStaysAsItIs) {
  EXPECT_EQ(shell_word("/var/lib/courtside-2"), "/var/lib/courtside-2");
}

TEST(ShellWord, EveryTextIsReadBackWhole) {
  for (const char* text :
       {"", "a b", "it's", "''", "$HOME", "a;b", "`id`", "~", "*", "a\nb", "\\", "\"", "-x", "ü"}) {
    EXPECT_EQ(echoed(shell_word(text)), text);
  }
}

}  // namespace
}  // namespace courtside
