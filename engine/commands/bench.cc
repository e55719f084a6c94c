#include <cstdio>
#include <string>

#include "engine/bench/workload.h"
#include "engine/commands/commands.h"

namespace courtside {

int run_bench(const BenchCommand& command) {
  const Result<Report> measured = run_workload(command);
  if (!measured) return report(measured.error());
  const bool table = command.output == OutputFormat::kTable;
  std::fputs((table ? measured->table() : measured->json() + "\n").c_str(), stdout);
  return 0;
}

}  // namespace courtside
