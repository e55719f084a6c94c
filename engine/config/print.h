// What `courtside config print` shows: every value and where it came from. Secrets are hidden.
// Threads: any; no state.
#pragma once

#include <string>

#include "engine/config/command_line.h"

namespace courtside {

// The whole output, with its line ends.
std::string print_config(const ConfigPrintCommand& command);

// A file that says what `config` says, with each setting's meaning as a comment. Load it, and the
// same configuration comes out.
std::string config_toml(const Config& config);

// A TOML basic string of the text, with its quotes.
std::string toml_string(std::string_view text);

}  // namespace courtside
