// The project's source tree, read into memory. Threads: any; values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace courtside::house {

struct SourceFile {
  std::string path;  // from the root, "engine/hub.cc"
  std::string text;

  std::vector<std::string_view> lines() const;
  bool is_header() const;
};

// The folders of the architecture, each a sentence of it.
const std::vector<std::string>& folders();

// Every .h, .cc and .def of the folders and of tests/, in the order of their paths.
std::vector<SourceFile> read_tree(const std::string& root);

// The whole file; empty when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace courtside::house
