// What the exit statuses mean, by kind of command: the man pages have those of their command, and a
// test holds the table in docs/operations.md against them all. Threads: any; functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/arguments/command_tree.h"

namespace courtside {

// Bits: a command may be of several kinds.
enum CommandKind : std::uint8_t {
  kServes = 1,
  kAsksServer = 2,
  kHasFolder = 4,      // works on a data folder or a file of `export`
  kHasSettings = 8,    // reads the server's settings
  kEveryCommand = 31,  // also those of no kind
};

struct ExitStatus {
  int status;
  std::uint8_t of;  // CommandKinds
  std::string meaning;
};

// In order of `status`.
const std::vector<ExitStatus>& exit_statuses();

// "every command", "`serve`", "commands that ask a server".
std::string kinds_text(std::uint8_t kinds);

// REQUIRES: it is not the root.
std::uint8_t kinds_of(const CommandInfo& command);

}  // namespace courtside
