// The program that continues after a restart in place: the one by whose name this process was
// started (a path, or looked up in PATH), with the same arguments, environment and process id.
// After an upgrade it is the new version.
//
// Threads: the checks any; execute_successor() the main one, when no other works any more.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace courtside {

// Starts `config check` of that program with the arguments of this one's `serve`, for the address
// that its socket will have. What it reports goes to this process's stderr. unavailable when it
// cannot be started.
Result<pid_t> start_configuration_check(const std::string& address);

// Empty while it runs. An error when the program does not accept the configuration.
std::optional<Result<void>> configuration_check_result(pid_t check);
// Kills it.
void end_configuration_check(pid_t check);

// Executes the program; it takes the listening socket over. Returns only if that fails.
Error execute_successor(int socket);

}  // namespace courtside
