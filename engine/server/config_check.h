// Checks the configuration before a server starts, so that errors name file and line. Threads: any;
// no state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/load.h"

namespace courtside {

// bad_configuration for the first malformed rule, with its place if it comes from a file.
Result<void> check_rules(const LoadedConfig& loaded);

// bad_configuration for the first thing in the settings, rules and files of keys and certificates
// that would end the start of a server. It opens neither the log nor a connection to a database.
Result<void> check_config(const LoadedConfig& loaded);

// The entries of `permissions` that no configured rule mentions, so they grant nothing. Patterns
// (`booking:*`) are left out.
std::vector<std::string> unknown_permissions(const Config& config,
                                             const std::vector<std::string>& permissions);

// Logs a warning for each such permission of the service keys.
void warn_of_service_keys(const Config& config);

}  // namespace courtside
