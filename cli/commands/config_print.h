// What `courtside config print` shows: every value and where it came from. Secrets are hidden.
// Threads: any; no state.
#pragma once

#include <string>

#include "cli/arguments/command_line.h"

namespace courtside {

// The whole output, with its line ends.
std::string print_config(const ConfigPrintCommand& command);

}  // namespace courtside
