#include <string>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kPrepareConnections = 4;
constexpr std::uint64_t kPrepareInFlight = 2048;

// One client reads the channel from its beginning to the head: how many events it got, and how long
// that took.
struct Pass {
  std::uint64_t events = 0;
  double seconds = 0;
};
Result<Pass> read_all(BenchLoop& loop, const Bench& bench, const std::string& channel) {
  Crowd reader(loop, bench.address);
  reader.add(channel).from_earliest = true;
  if (const Result<void> opened = reader.open(); !opened) return fail(opened.error());
  const Subscriber& one = reader.at(0);
  return Pass{one.received, static_cast<double>(one.live_ns - one.subscribed_ns) / 1e9};
}

}  // namespace

Result<Report> measure_replay(const Bench& bench) {
  const BenchCommand& options = bench.options;
  BenchLoop loop;
  // The channel stays, so that the next run finds what this one prepared.
  const std::string channel = format("bench:replay-{}", options.size_bytes);
  const Result<Pass> found = read_all(loop, bench, channel);
  if (!found) return fail(found.error());
  if (found->events < options.events) {
    const std::uint64_t missing = options.events - found->events;
    bench.say(format("appending {} events to {}", missing, channel));
    EventWriter writer(bench.run, options.size_bytes);
    Load load(loop, bench.address, writer, kPrepareConnections, kPrepareInFlight,
              [&](std::uint64_t) { return std::string_view(channel); });
    if (const auto appended = load.run(missing); !appended) return fail(appended.error());
    if (const Result<Pass> warm = read_all(loop, bench, channel); !warm) return fail(warm.error());
  }

  bench.say("replaying");
  Result<Measured> measured = Measured::start(bench.figures());
  if (!measured) return fail(measured.error());
  const Result<Pass> pass = read_all(loop, bench, channel);
  if (!pass) return fail(pass.error());
  if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

  const auto events = static_cast<double>(pass->events);
  Report report("replay");
  report.setting("size_bytes", options.size_bytes);
  report.figure("events", events);
  report.figure("seconds", pass->seconds, 3);
  report.figure("events_per_s", events / pass->seconds);
  report.figure("server_cpu_s_per_million_events", measured->server_cpu_seconds() / events * 1e6,
                3);
  return report;
}

}  // namespace courtside
