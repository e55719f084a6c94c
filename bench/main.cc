// courtside-bench: the load generator, which `courtside bench` starts.
#include <cstdio>
#include <string>
#include <vector>

#include "bench/workload.h"
#include "cli/arguments/parse_arguments.h"
#include "cli/remote/remote.h"
#include "cli/terminal/output.h"

namespace courtside {
namespace {

int run(BenchCommand command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  if (remote->is_secure || !remote->path.empty()) {
    return report({Code::bad_usage, "bench measures the server itself: over http, without a path"});
  }
  command.token = remote->token;
  const Result<Report> measured = run_workload(command);
  if (!measured) return report(measured.error());
  const bool is_table = command.output == OutputFormat::kTable;
  std::fputs((is_table ? measured->table() : measured->json() + "\n").c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace courtside

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  arguments.insert(arguments.begin(), "bench");
  const auto parsed = courtside::parse_command_line(arguments, courtside::surroundings());
  if (!parsed) {
    std::fputs(parsed.error().out.c_str(), stdout);
    std::fputs(parsed.error().err.c_str(), stderr);
    return courtside::finish_output(parsed.error().status);
  }
  return courtside::finish_output(courtside::run(std::get<courtside::BenchCommand>(*parsed)));
}
