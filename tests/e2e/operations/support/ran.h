// The result of a command that has ended.
#pragma once

#include <string>

namespace courtside::e2e {

struct Ran {
  int status = 0;
  std::string output;
  bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

}  // namespace courtside::e2e
