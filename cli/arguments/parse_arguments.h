// The command line: `courtside <command> [options]`, taken apart into one plain struct a command.
//
//   auto parsed = parse_command_line(arguments, surroundings());
//   if (!parsed) return say(parsed.error());        // --help, or a usage error
//   return std::visit(Run{...}, *parsed);
//
// Data goes to stdout, all else to stderr. Threads: any; no state.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments/command_line.h"

namespace courtside {

// `arguments` are without the program's name.
tl::expected<CommandLine, CommandLineExit> parse_command_line(
    const std::vector<std::string>& arguments, const Surroundings& surroundings);

// The surroundings of this process.
Surroundings surroundings();

}  // namespace courtside
