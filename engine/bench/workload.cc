#include "engine/bench/workload.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include "base/hash.h"

namespace courtside {
namespace {

struct Workload {
  std::string_view name;
  Result<Report> (*measure)(const Bench&);
  // What a number that was not given is.
  std::uint64_t connections;
  std::uint64_t channels;
  std::uint64_t rate_per_s;
  std::uint64_t seconds;
  std::uint64_t in_flight;
  std::uint64_t events;
};

constexpr std::uint64_t kSizeBytes = 200;
constexpr std::uint64_t kUnlimited = 1'000'000'000;  // events; `seconds` ends it

// A column that a workload has no use for is 1.
// clang-format off
constexpr std::array<Workload, 10> kWorkloads = {{
    //                             connections channels  rate sec in flight     events
    {"fanout", measure_fanout,            1000,       1,    1,  1,       64,     20'000},
    {"latency", measure_latency,             1,       1, 1000, 10,        1,          1},
    {"append", measure_append,               4,     100,    1, 10,      256, kUnlimited},
    {"replay", measure_replay,               1,       1,    1,  1,        1,  1'000'000},
    {"reconnect", measure_reconnect,      1000,       1,    1,  1,        1,        100},
    {"idle", measure_idle,              10'000,       1,    1,  3,        1,          1},
    {"slow", measure_slow,                  10,       1, 5000, 60,        1,          1},
    {"sparse", measure_sparse,               1,    1000,    1,  1,        1,  1'000'000},
    {"query", measure_query,                 1, 100'000,    1,  1,        1, 10'000'000},
    {"export", measure_export,               1,     100, 1000, 10,        1,  1'000'000},
}};
// clang-format on

void set_default(std::uint64_t& number, std::uint64_t value) {
  if (number == 0) number = value;
}

// One publish at a time goes to everybody a hundred times slower than many.
constexpr std::uint64_t kOneAtATimeEvents = 1000;

BenchCommand with_defaults(BenchCommand command, const Workload& workload) {
  const bool one_at_a_time = workload.name == "fanout" && command.in_flight == 1;
  set_default(command.connections, workload.connections);
  set_default(command.channels, workload.channels);
  set_default(command.rate_per_s, workload.rate_per_s);
  set_default(command.seconds, workload.seconds);
  set_default(command.in_flight, workload.in_flight);
  set_default(command.size_bytes, kSizeBytes);
  set_default(command.events, one_at_a_time ? kOneAtATimeEvents : workload.events);
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
    return workload.measure({.options = with_defaults(command, workload),
                             .target = *target,
                             .address = std::move(*address),
                             .run = random_word(8)});
  }
  return fail(Code::bad_usage, "bench: there is no workload `" + command.workload + "`");
}

}  // namespace courtside
