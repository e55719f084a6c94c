// Goal: every link of a Markdown page to a file of this repository leads to it and, where it names
// one, to a heading. Such links are relative, or begin with the repository's address on the web.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kLinksRoot = COURTSIDE_SOURCE_DIR;
// The pages of npm packages use it, because they are read elsewhere too.
constexpr std::string_view kRootOnTheWeb = "https://github.com/courtside/courtside/blob/main/";

// The page's lines without its fenced blocks, whose brackets are not links.
std::vector<std::string> prose(const std::string& page) {
  std::vector<std::string> out;
  bool is_fenced = false;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      is_fenced = !is_fenced;
    } else if (!is_fenced) {
      out.push_back(line);
    }
  }
  return out;
}

// What GitHub makes of a heading: lower case, a hyphen for each space, and of all other
// characters only letters, digits, hyphens and underscores.
std::string anchor_of(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out.push_back('-');
    } else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      out.push_back(static_cast<char>(std::tolower(byte)));
    }
  }
  return out;
}

std::set<std::string> anchors_of(const std::string& page) {
  std::set<std::string> out;
  for (const std::string& line : prose(page)) {
    const std::size_t level = line.find_first_not_of('#');
    if (level == 0 || level == std::string::npos || line[level] != ' ') continue;
    out.insert(anchor_of(std::string_view(line).substr(level + 1)));
  }
  return out;
}

bool is_on_the_web(std::string_view target) {
  return target.substr(0, kRootOnTheWeb.size()) == kRootOnTheWeb;
}

// The targets of [text](target), whose text may begin on an earlier line, and of lines with
// [text]: target. Targets of other hosts are left out.
std::vector<std::string> links_of(const std::string& page) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& target) {
    if (target.find("://") == std::string::npos || is_on_the_web(target)) out.push_back(target);
  };
  for (const std::string& line : prose(page)) {
    for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 1)) {
      const std::size_t end = line.find(')', at);
      if (end != std::string::npos) add(line.substr(at + 2, end - at - 2));
    }
    const std::size_t colon = line.find("]: ");
    if (line.rfind('[', 0) == 0 && colon != std::string::npos) add(line.substr(colon + 3));
  }
  return out;
}

// Every Markdown page of the tree by its path, but not those of builds and installed packages.
std::map<std::string, std::string> markdown_pages() {
  std::map<std::string, std::string> out;
  for (auto each = std::filesystem::recursive_directory_iterator(kLinksRoot);
       each != std::filesystem::recursive_directory_iterator(); ++each) {
    const std::string name = each->path().filename().string();
    const bool is_foreign =
        name == "node_modules" || name == "dist" || name == ".git" || name.rfind("build", 0) == 0;
    if (each->is_directory() && is_foreign) {
      each.disable_recursion_pending();
    } else if (each->path().extension() == ".md") {
      out[each->path().string()] = read_file(each->path().string());
    }
  }
  return out;
}

// "" when the link of this page leads somewhere, else what is wrong with it.
std::string broken(const std::filesystem::path& page, const std::string& link) {
  const std::size_t hash = link.find('#');
  const std::string path = link.substr(0, hash);
  std::filesystem::path target = path.empty() ? page : page.parent_path() / path;
  if (is_on_the_web(path)) target = kLinksRoot / path.substr(kRootOnTheWeb.size());
  if (!std::filesystem::exists(target)) return "there is no " + target.lexically_normal().string();
  if (hash == std::string::npos) return "";
  if (std::filesystem::is_directory(target)) target /= "README.md";
  const std::string anchor = link.substr(hash + 1);
  return anchors_of(read_file(target.string())).count(anchor) > 0
             ? ""
             : "there is no heading #" + anchor;
}

TEST(Links, AreFoundInProseAndNotInBlocks) {
  const std::string page =
      "# A title\n[one](a.md), [two](b.md#part)\n```\n[no](c.md)\n```\n[web](https://x.org) "
      "[three\n"
      "four](d)\n"
      "[five]: e.md\n[six]: https://x.org/f\n";
  EXPECT_THAT(links_of(page), ElementsAre("a.md", "b.md#part", "d", "e.md"));
}

TEST(Links, ToThisRepositoryOnTheWebAreCheckedToo) {
  const std::string web = std::string(kRootOnTheWeb);
  EXPECT_THAT(links_of("[one](" + web + "README.md)\n[two]: " + web + "docs/no.md\n"),
              ElementsAre(web + "README.md", web + "docs/no.md"));
  const std::filesystem::path page = kLinksRoot / "clients/README.md";
  EXPECT_EQ(broken(page, web + "docs/protocol.md#http"), "");
  EXPECT_THAT(broken(page, web + "docs/protocol.md#no"), HasSubstr("no heading #no"));
  EXPECT_THAT(broken(page, web + "docs/no.md"), HasSubstr("there is no"));
}

TEST(Links, HeadingsBecomeAnchorsAsGitHubMakesThem) {
  EXPECT_EQ(anchor_of("`[[route]]`"), "route");
  EXPECT_EQ(anchor_of("Behind a proxy, and limits"), "behind-a-proxy-and-limits");
  EXPECT_THAT(anchors_of("# One\n#no\n```\n# Two\n```\n### Three B\n"),
              ElementsAre("one", "three-b"));
}

TEST(Links, LeadToFilesAndHeadings) {
  const std::map<std::string, std::string> pages = markdown_pages();
  EXPECT_GT(pages.size(), 20u);
  for (const auto& [path, text] : pages) {
    for (const std::string& link : links_of(text)) {
      EXPECT_THAT(broken(path, link), IsEmpty()) << path << ": " << link;
    }
  }
}

}  // namespace
}  // namespace courtside::house
