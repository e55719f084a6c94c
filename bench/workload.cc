#include "bench/workload.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/hash.h"

namespace courtside {
namespace {

struct Workload {
  std::string_view name;
  Result<Report> (*measure)(const Bench&);
};

constexpr std::array<Workload, 10> kWorkloads = {{
    {"fanout", measure_fanout},
    {"latency", measure_latency},
    {"append", measure_append},
    {"replay", measure_replay},
    {"reconnect", measure_reconnect},
    {"idle", measure_idle},
    {"slow", measure_slow},
    {"sparse", measure_sparse},
    {"query", measure_query},
    {"export", measure_export},
}};

void set_default(std::uint64_t& number, std::uint64_t value) {
  if (number == 0) number = value;
}

// One publish at a time goes to everybody a hundred times slower than many.
constexpr std::uint64_t kOneAtATimeEvents = 1000;

// REQUIRES: `command` names a workload.
BenchCommand with_defaults(BenchCommand command) {
  const auto& known = bench_workloads();
  const auto defaults = std::find_if(known.begin(), known.end(), [&](const BenchWorkload& each) {
    return each.name == command.workload;
  });
  COURTSIDE_CHECK(defaults != known.end());
  const bool one_at_a_time = command.workload == "fanout" && command.in_flight == 1;
  set_default(command.connections, defaults->connections);
  set_default(command.channels, defaults->channels);
  set_default(command.rate_per_s, defaults->rate_per_s);
  set_default(command.seconds, defaults->seconds);
  set_default(command.in_flight, defaults->in_flight);
  set_default(command.size_bytes, kBenchSizeBytes);
  set_default(command.events, one_at_a_time ? kOneAtATimeEvents : defaults->events);
  return command;
}

}  // namespace

std::string Bench::channel(std::string_view rest) const {
  std::string channel = "bench:" + run;
  if (!rest.empty()) channel.append("-").append(rest);
  return channel;
}

void Bench::say(const std::string& what) const {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "%s\n", what.c_str());
}

Result<Report> run_workload(const BenchCommand& command) {
  for (const Workload& workload : kWorkloads) {
    if (workload.name != command.workload) continue;
    const Result<ClientTarget> target = parse_target(command.url);
    if (!target) return fail(target.error());
    Result<BenchAddress> address = resolve(*target);
    if (!address) return fail(address.error());
    address->token = command.token;
    address->deflate = command.deflate;
    return workload.measure({.options = with_defaults(command),
                             .target = *target,
                             .address = std::move(*address),
                             .run = random_word(8)});
  }
  return fail(Code::bad_usage, format("bench: there is no workload `{}`", command.workload));
}

}  // namespace courtside
