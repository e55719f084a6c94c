// The rules of a configuration, held against what they may say before a server starts: so that a
// message names the file and the line. Threads: any; no state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/load.h"

namespace courtside {

// bad_configuration for the first rule that is malformed, with its place where it is from a file.
Result<void> check_rules(const LoadedConfig& loaded);

// Each permission of `permissions` that is named by no rule of the configuration, and so gives its
// holder nothing. Patterns (`booking:*`) are left out.
std::vector<std::string> unknown_permissions(const Config& config,
                                             const std::vector<std::string>& permissions);

// Warns of those of the services' keys.
void warn_of_unknown_permissions(const Config& config);

}  // namespace courtside
