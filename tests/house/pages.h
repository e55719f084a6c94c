// The files that are made from the code, so that they cannot say anything else.
// Threads: any; no state.
#pragma once

#include <string>
#include <vector>

namespace courtside::house {

struct Page {
  std::string path;  // within the tree
  std::string text;
};

// docs/codes.md: every code, from base/codes.def.
std::string codes_page();

// docs/configuration.md: every setting, from engine/config's table.
std::string configuration_page();

// The catalogue of events for applications in TypeScript, from schema/catalogue.
std::string catalogue_module();

std::vector<Page> pages();

}  // namespace courtside::house
