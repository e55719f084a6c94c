// Goal: what the documents list of the code is all that the code has: every folder in the drawing,
// and every place that starts a thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

const std::string kDocs = std::string(COURTSIDE_SOURCE_DIR) + "/docs/";

std::set<std::string> all_of(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end;
       ++match) {
    out.insert((*match)[1].str());
  }
  return out;
}

// The folders that have a library or a program of their own.
std::set<std::string> folders_with_targets() {
  std::set<std::string> out;
  for (const std::string& top : folders()) {
    const std::filesystem::path root = std::filesystem::path(COURTSIDE_SOURCE_DIR) / top;
    for (const auto& each : std::filesystem::recursive_directory_iterator(root)) {
      if (each.path().filename() != "CMakeLists.txt") continue;
      const std::string text = read_file(each.path());
      if (text.find("courtside_library(") == std::string::npos) continue;
      out.insert(each.path().parent_path().filename());
    }
  }
  return out;
}

TEST(Documents, TheDrawingHasEveryFolder) {
  const std::string page = read_file(kDocs + "architecture.md");
  const std::size_t begin = page.find("```\n");
  const std::string drawing = page.substr(begin, page.find("```\n", begin + 4) - begin);
  EXPECT_THAT(all_of(drawing, "([a-z]+)"), IsSupersetOf(folders_with_targets()));
}

TEST(Documents, EveryThreadOfTheServerIsListed) {
  const std::string page = read_file(kDocs + "architecture.md");
  const std::regex member("std::thread>? [a-z_]+;");
  int found = 0;
  for (const SourceFile& file : read_tree(COURTSIDE_SOURCE_DIR)) {
    const bool is_of_server = file.path.starts_with("eventlog/") ||
                              file.path.starts_with("engine/") ||
                              file.path == "cli/commands/serve_signals.h";
    if (!is_of_server || !std::regex_search(file.text, member)) continue;
    ++found;
    EXPECT_THAT(page, HasSubstr("`" + file.path.substr(0, file.path.rfind('.')) + "`"));
  }
  EXPECT_GE(found, 7);
}

}  // namespace
}  // namespace courtside::house
