// An export's file, held against its manifest. Threads: the main one; it blocks.
#pragma once

#include <string>

#include "cli/arguments/command_line.h"

namespace courtside {

// `path`: the file, or its manifest. The exit status.
int verify_export(const std::string& path, OutputFormat output);

}  // namespace courtside
