#include <cstdio>
#include <string>

#include "engine/bench/workload.h"
#include "engine/commands/commands.h"
#include "engine/remote/remote.h"

namespace courtside {

int run_bench(const BenchCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  if (remote->is_secure || !remote->path.empty()) {
    return report({Code::bad_usage, "bench measures the server itself: over http, without a path"});
  }
  BenchCommand with_token = command;
  with_token.token = remote->token;
  const Result<Report> measured = run_workload(with_token);
  if (!measured) return report(measured.error());
  const bool table = command.output == OutputFormat::kTable;
  std::fputs((table ? measured->table() : measured->json() + "\n").c_str(), stdout);
  return 0;
}

}  // namespace courtside
