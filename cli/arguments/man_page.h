// Man pages in roff, made from the tree of commands and the table of settings. Threads: any;
// functions.
#pragma once

#include <string>

#include "cli/arguments/command_tree.h"

namespace courtside {

// courtside(1), or courtside-history(1) for a command below the root.
std::string man_page(const CommandInfo& root, const CommandInfo& command);

}  // namespace courtside
