// Writes a configuration as a TOML file, without secrets. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "engine/config/config.h"

namespace courtside {

// A file with the values of `config` and each setting's meaning as a comment. Loading it gives the
// same configuration, except for secrets.
std::string config_toml(const Config& config);

// The text as a TOML basic string, with quotes.
std::string toml_string(std::string_view text);

}  // namespace courtside
