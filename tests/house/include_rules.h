// Who may include whom: the architecture as data, and the check that holds the tree against it.
//
// A file belongs to the area with the longest path that leads to it. Includes run downhill: a file
// may name headers of its own area and of those that its area's row lists. A third-party header is
// named only where its row allows, and never reaches another folder through a header of ours.
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/house/tree.h"

namespace courtside::house {

struct Area {
  std::string path;                      // "base", "engine/config"
  std::vector<std::string> may_include;  // areas beside its own; "*": all
};

// Headers whose name begins with `prefix` may be named by files whose path begins with one of
// `allowed`, and by tests.
struct ThirdParty {
  std::string prefix;
  std::vector<std::string> allowed;
};

const std::vector<Area>& areas();
const std::vector<ThirdParty>& third_parties();

struct Include {
  int line = 0;
  std::string name;
  bool quoted = false;
};
std::vector<Include> includes(const SourceFile& file);

// Each violation as "engine/hub.cc:12: what is wrong"; empty when the tree is in order.
std::vector<std::string> check_includes(const std::vector<SourceFile>& tree);

// The same for what every header must have: #pragma once, and first of all what it is for.
std::vector<std::string> check_headers(const std::vector<SourceFile>& tree);

}  // namespace courtside::house
