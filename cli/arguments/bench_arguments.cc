// `courtside bench WORKLOAD`, and what its workloads are.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/format.h"
#include "cli/arguments/number_option.h"
#include "cli/arguments/subcommand.h"
#include "cli/terminal/amount_text.h"

namespace courtside {
namespace {

std::string names_of_workloads(const std::string& between) {
  std::string names;
  for (const BenchWorkload& workload : bench_workloads()) {
    names.append(names.empty() ? "" : between).append(workload.name);
  }
  return names;
}

// "[1,000 connections, 64 in flight, 20,000 events]"
std::string numbers_of(const BenchWorkload& workload) {
  const std::pair<std::uint64_t, const char*> numbers[] = {
      {workload.connections, " connections"}, {workload.channels, " channels"},
      {workload.rate_per_s, " events/s"},     {workload.seconds, " s"},
      {workload.in_flight, " in flight"},     {workload.events, " events"}};
  std::string out;
  for (const auto& [number, unit] : numbers) {
    if (number == 1 || number == kBenchUnlimited) continue;
    out.append(out.empty() ? "[" : ", ").append(grouped(number)).append(unit);
  }
  return out + "]";
}

std::string footer() {
  std::string out =
      "It appends its events to the server's log: use a data folder that you can delete. A run "
      "uses the numbers in brackets, and 1 where none is shown, unless an option says another.\n";
  for (const BenchWorkload& workload : bench_workloads()) {
    out.append(workload.name).append("\t").append(workload.doc).append(" ");
    out.append(numbers_of(workload)).append("\n");
  }
  return out;
}

class Bench : public Subcommand {
 public:
  explicit Bench(CLI::App& root)
      : app_(*root.add_subcommand("bench", "Load a running server and measure it")),
        server_(app_),
        output_(app_, {"table", "json"}) {
    app_.footer(footer());
    app_.add_option("workload", command_.workload, "What to measure, see below")
        ->required()
        ->type_name(names_of_workloads("|"));
    add_number(app_, "--connections", command_.connections, 1, 1'000'000,
               "Connections, or subscribers");
    add_number(app_, "--channels", command_.channels, 1, 1'000'000,
               "Channels that the events go to");
    add_number(app_, "--rate", command_.rate_per_s, 1, 100'000'000,
               "Events per second, however slowly they are answered");
    add_number(app_, "--seconds", command_.seconds, 1, 86'400, "How long to measure");
    add_number(app_, "--in-flight", command_.in_flight, 1, 1'000'000,
               "How many publishes may wait for their answers");
    add_number(app_, "--size", command_.size_bytes, 1, 256 * 1024,
               format("Bytes of an event's data [{}]", kBenchSizeBytes));
    add_number(app_, "--events", command_.events, 1, 1'000'000'000,
               "Events to append, replay or miss");
    app_.add_flag("--deflate", command_.deflate,
                  "Subscribers offer permessage-deflate; the server needs the setting `deflate`");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    BenchCommand command = command_;
    server_.take(command, surroundings);
    const auto& known = bench_workloads();
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const BenchWorkload& each) {
      return each.name == command.workload;
    });
    if (!is_known) {
      return tl::unexpected(usage_error(
          format("bench: `{}` is not one of {}", command.workload, names_of_workloads(", "))));
    }
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  BenchCommand command_;
  ServerOptions server_;
  OutputOption output_;
};

}  // namespace

std::unique_ptr<Subcommand> add_bench(CLI::App& root) { return std::make_unique<Bench>(root); }

const std::vector<BenchWorkload>& bench_workloads() {
  // clang-format off
  static const std::vector<BenchWorkload> workloads = {
      //                              connections channels  rate sec in flight          events
      {"fanout", "One publisher and many subscribers of one channel: CPU time per delivery.",
                                             1000,       1,    1,  1,       64,          20'000},
      {"latency", "Events at a steady rate: the time from publish to receive.",
                                                1,       1, 1000, 10,        1,               1},
      {"append", "Publishers that wait for `ok` only: events per second on disk.",
                                                4,     100,    1, 10,      256, kBenchUnlimited},
      {"replay", "One client reads a long channel from its beginning: events per second.",
                                                1,       1,    1,  1,        1,       1'000'000},
      {"reconnect", "Many clients come back at once: CPU time, and the time until they are live.",
                                             1000,       1,    1,  1,        1,             100},
      {"idle", "Many connections without events: the memory of each.",
                                           10'000,       1,    1,  3,        1,               1},
      {"slow", "One slow reader beside others: what it costs them.",
                                               10,       1, 5000, 60,        1,               1},
      {"sparse", "A client with few events among many of others resumes: records read, time.",
                                                1,    1000,    1,  1,        1,       1'000'000},
      {"query", "Pages of history by a narrow filter: the time of each.",
                                                1, 100'000,    1,  1,        1,      10'000'000},
      {"export", "The whole log as NDJSON, alone and beside live events: events per second.",
                                                1,     100, 1000, 10,        1,       1'000'000},
  };
  // clang-format on
  return workloads;
}

}  // namespace courtside
