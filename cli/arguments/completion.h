// Completion scripts for shells, made from the tree of commands. Threads: any; functions.
#pragma once

#include <string>

#include "cli/arguments/command_tree.h"

namespace courtside {

std::string bash_completion(const CommandInfo& root);
std::string zsh_completion(const CommandInfo& root);
std::string fish_completion(const CommandInfo& root);

}  // namespace courtside
