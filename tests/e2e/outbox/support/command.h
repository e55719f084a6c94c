// `courtside outbox ...`, run to its end. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

// "<status>: <all that it printed>".
inline std::string outbox_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {courtside_binary(), "outbox"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command);
  const int status = process.wait();
  return std::to_string(status) + ": " + process.whole_output();
}

}  // namespace courtside::e2e
