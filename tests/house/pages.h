// The pages of docs/ that are made from the code, so that they cannot say anything else.
// Threads: any; no state.
#pragma once

#include <string>
#include <vector>

namespace courtside::house {

struct Page {
  std::string name;  // within docs/
  std::string text;
};

// docs/codes.md: every code, from base/codes.def.
std::string codes_page();

// docs/configuration.md: every setting, from engine/config's table.
std::string configuration_page();

std::vector<Page> pages();

}  // namespace courtside::house
