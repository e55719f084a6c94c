// What `--help` prints, made from the tree of commands. Threads: any; functions.
#pragma once

#include <cstddef>
#include <string>

#include "cli/arguments/command_tree.h"

namespace courtside {

// No line is wider than `columns`, as far as its words allow.
std::string help_page(const CommandInfo& command, std::size_t columns);

}  // namespace courtside
