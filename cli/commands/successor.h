// The program that continues after a restart in place: the one at the path by which this process
// was started, with the same arguments, environment and process id. After an upgrade it is the new
// version.
//
// Threads: start_configuration_check() any; execute() the main one, when no other works any more.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.h"

namespace courtside {

// Starts `config check` of that program with the arguments of this one's `serve`. What it reports
// goes to this process's stderr. unavailable when it cannot be started.
Result<pid_t> start_configuration_check();

// Empty while it runs. An error when the program does not accept the configuration.
std::optional<Result<void>> configuration_check_result(pid_t check);

// Executes the program; it takes the listening socket over. Returns only if that fails.
Error execute_successor(int socket);

}  // namespace courtside
