#include <algorithm>
#include <vector>

#include "base/format.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

// Enough to fill the server's buffers and caches, little enough not to be waited for.
constexpr std::uint64_t kAppendWarmUpSeconds = 1;

}  // namespace

Result<Report> measure_append(const Bench& bench) {
  const BenchCommand& options = bench.options;
  BenchLoop loop;
  EventWriter writer(bench.run, options.size_bytes);
  std::vector<std::string> channels;
  for (std::uint64_t i = 0; i < options.channels; ++i) {
    channels.push_back(bench.channel(std::to_string(i)));
  }
  Load load(
      loop, bench.address, writer, options.connections, options.in_flight,
      [&](std::uint64_t number) { return std::string_view(channels[number % channels.size()]); });

  bench.say(format("appending for {} s", options.seconds));
  const Result<std::uint64_t> warm =
      load.run(std::max<std::uint64_t>(options.events / 10, 1), kAppendWarmUpSeconds);
  if (!warm) return fail(warm.error());
  Result<Measured> measured = Measured::start(bench.figures());
  if (!measured) return fail(measured.error());
  const Result<std::uint64_t> events = load.run(options.events, options.seconds);
  if (!events) return fail(events.error());
  if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

  const auto count = static_cast<double>(*events);
  const double commits = measured->grown("courtside_commits_total");
  Report report("append");
  report.setting("connections", options.connections);
  report.setting("in_flight", options.in_flight);
  report.setting("channels", options.channels);
  report.setting("size_bytes", options.size_bytes);
  report.figure("events", count);
  report.figure("seconds", measured->seconds(), 3);
  report.figure("events_per_s", count / measured->seconds());
  report.figure("events_per_commit", commits > 0 ? count / commits : 0, 1);
  report.figure("server_cpu_s_per_million_events", measured->server_cpu_seconds() / count * 1e6, 3);
  return report;
}

}  // namespace courtside
