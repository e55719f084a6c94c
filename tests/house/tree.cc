#include "tests/house/tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace courtside::house {
namespace {

bool is_source(const std::filesystem::path& path) {
  static const std::array<std::string, 3> extensions = {".h", ".cc", ".def"};
  return std::find(extensions.begin(), extensions.end(), path.extension()) != extensions.end();
}

}  // namespace

std::vector<std::string_view> SourceFile::lines() const {
  std::vector<std::string_view> out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

bool SourceFile::is_header() const {
  return path.size() > 2 && path.compare(path.size() - 2, 2, ".h") == 0;
}

const std::vector<std::string>& folders() {
  static const std::vector<std::string> names = {"base",      "schema", "eventlog", "replay",
                                                 "transport", "engine", "cli",      "bench"};
  return names;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<std::string> roots = folders();
  roots.emplace_back("tests");
  std::vector<SourceFile> files;
  for (const std::string& folder : roots) {
    const std::filesystem::path top = std::filesystem::path(root) / folder;
    if (!std::filesystem::exists(top)) continue;
    for (auto each = std::filesystem::recursive_directory_iterator(top);
         each != std::filesystem::recursive_directory_iterator(); ++each) {
      if (each->path().filename() == "node_modules") {
        each.disable_recursion_pending();
        continue;
      }
      if (!each->is_regular_file() || !is_source(each->path())) continue;
      files.push_back({.path = std::filesystem::relative(each->path(), root).generic_string(),
                       .text = read_file(each->path().string())});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace courtside::house
