// Goal: the tree keeps the house's shape: folders that say what they are, file names that are
// unique, tests that are run.
#include "tests/house/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "tests/house/include_rules.h"

namespace courtside::house {
namespace {

const std::filesystem::path kRoot = COURTSIDE_SOURCE_DIR;

TEST(Tree, LinesAreTheFilesLines) {
  const SourceFile file{.path = "a.h", .text = "one\n\nthree"};
  EXPECT_EQ(file.lines(), (std::vector<std::string_view>{"one", "", "three"}));
  EXPECT_TRUE(file.is_header());
  EXPECT_FALSE((SourceFile{.path = "a.cc", .text = ""}).is_header());
}

// What a README begins with, after its title: the first paragraph.
std::string first_paragraph(const std::string& text) {
  std::size_t begin = 0;
  while (begin < text.size() && (text[begin] == '#' || text[begin] == '\n')) {
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  }
  return text.substr(begin, text.find("\n\n", begin) - begin);
}

TEST(Tree, FirstParagraphIsWhatFollowsTheTitle) {
  EXPECT_EQ(first_paragraph("# base\n\nWords.\nMore.\n\nRest."), "Words.\nMore.");
  EXPECT_EQ(first_paragraph("Words."), "Words.");
  EXPECT_EQ(first_paragraph("# base\n"), "");
  EXPECT_EQ(first_paragraph(""), "");
}

TEST(Tree, EachFolderSaysInASentenceWhatItIs) {
  std::set<std::string> all(folders().begin(), folders().end());
  for (const Area& area : areas()) all.insert(area.path);
  all.erase("tests");
  all.insert({"deploy", "examples", "examples/clients", "examples/demo"});
  for (const std::string& folder : all) {
    const std::string text = read_file((kRoot / folder / "README.md").string());
    EXPECT_TRUE(text.starts_with("# " + folder + "\n")) << folder << "/README.md has another title";
    const std::string first = first_paragraph(text);
    EXPECT_NE(first.find('.'), std::string::npos)
        << folder << "/README.md begins with \"" << first << "\"";
  }
}

// Includes, stack traces and people name a file by its last part.
TEST(Tree, FileNamesAreUnique) {
  std::map<std::string, std::string> seen;
  for (const SourceFile& file : read_tree(kRoot.string())) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (name == "main.cc") continue;  // one for each program
    const auto [other, is_new] = seen.try_emplace(name, file.path);
    EXPECT_TRUE(is_new) << file.path << " and " << other->second;
  }
}

TEST(Tree, EveryTestFileIsBuilt) {
  // courtside_test refuses a folder's files that are not named; here: folders that are not.
  const std::string top = read_file((kRoot / "tests/CMakeLists.txt").string());
  std::set<std::string> with_tests;
  for (const SourceFile& file : read_tree(kRoot.string())) {
    const bool is_test =
        file.path.size() > 8 && file.path.compare(file.path.size() - 8, 8, "_test.cc") == 0;
    if (is_test) with_tests.insert(file.path.substr(0, file.path.rfind('/')));
  }
  EXPECT_GT(with_tests.size(), 3u);
  for (const std::string& folder : with_tests) {
    const std::filesystem::path path(folder);
    const std::string here = read_file((kRoot / path / "CMakeLists.txt").string());
    EXPECT_NE(here.find("courtside_test("), std::string::npos) << folder << " builds no test";
    const std::string above = read_file((kRoot / path.parent_path() / "CMakeLists.txt").string());
    EXPECT_NE(above.find(path.filename().string()), std::string::npos)
        << folder << " is not added by the folder above";
  }
}

TEST(Decisions, HaveANumberOfTheirOwnAndTheFourParts) {
  std::set<std::string> numbers;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "docs/decisions")) {
    const std::string name = entry.path().filename().string();
    if (name == "README.md") continue;
    const std::string number = name.substr(0, 4);
    EXPECT_TRUE(numbers.insert(number).second) << name << " has a number that was taken";
    const std::string text = read_file(entry.path().string());
    EXPECT_EQ(text.substr(0, 7), "# " + number + " ") << name;
    for (const char* part : {"Context", "Choice", "Alternatives", "How we will know"}) {
      EXPECT_NE(text.find("\n**" + std::string(part) + ".** "), std::string::npos)
          << name << " lacks: " << part;
    }
  }
  EXPECT_GE(numbers.size(), 2u);
}

}  // namespace
}  // namespace courtside::house
