// What a workload found out: named figures with their unit in the name, as a table for people or as
// one JSON object for scripts. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/histogram.h"
#include "cli/arguments/command_line.h"

namespace courtside {

class Report {
 public:
  explicit Report(std::string_view workload) : workload_(workload) {}

  // What was measured: `connections`, 1000.
  void setting(std::string_view name, std::uint64_t value);
  // What came out of it: `deliveries_per_s`, with that many digits behind the point.
  void figure(std::string_view name, double value, int digits = 0);
  // p50, p90, p99, p99.9 and the longest, as `<name>_p50_ms` and so on.
  void latencies(std::string_view name, const LatencyHistogram& histogram);

  // Of the figure with this name, 0 when there is none.
  double value(std::string_view name) const;

  // {"workload":"fanout","connections":1000,...}
  std::string json() const;
  std::string table() const;

 private:
  struct Figure {
    std::string name;
    double value;
    int digits;
  };

  std::string workload_;
  std::vector<std::pair<std::string, std::uint64_t>> settings_;
  std::vector<Figure> figures_;
};

}  // namespace courtside
