#include "base/format.h"
#include "bench/crowd.h"
#include "bench/histogram.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kLatencyWarmUpSeconds = 1;

}  // namespace

// From the time at which a publish was meant to go to the time at which a subscriber has its event.
Result<Report> measure_latency(const Bench& bench) {
  const BenchCommand& options = bench.options;
  BenchLoop loop;
  EventWriter writer(bench.run, options.size_bytes);
  PacedPublisher publisher(loop, bench.address, writer, bench.channel(), options.rate_per_s);

  const std::uint64_t warm_up = kLatencyWarmUpSeconds * options.rate_per_s;
  const std::uint64_t count = warm_up + options.seconds * options.rate_per_s;
  LatencyHistogram latency;
  Crowd crowd(loop, bench.address, [&](std::uint32_t, const Subscriber& subscriber) {
    // One publisher and one channel: a subscriber's n-th event is the n-th that was published.
    const std::uint64_t number = subscriber.received - 1;
    if (number >= warm_up) latency.record(loop.now_ns() - publisher.intended_ns(number));
  });
  for (std::uint64_t i = 0; i < options.connections; ++i) crowd.add(bench.channel());
  if (const Result<void> opened = crowd.open(); !opened) return fail(opened.error());
  if (const Result<void> opened = publisher.open(); !opened) return fail(opened.error());

  bench.say(format("publishing for {} s, after {} s that do not count", options.seconds,
                   kLatencyWarmUpSeconds));
  Result<Measured> measured = Measured::start(bench.figures());
  if (!measured) return fail(measured.error());
  publisher.start(count);
  const Result<void> done = loop.run_until(
      [&] { return crowd.received() == count * options.connections; }, "the last events");
  if (!done) return fail(done.error());
  if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

  Report report("latency");
  report.setting("connections", options.connections);
  report.setting("rate_per_s", options.rate_per_s);
  report.setting("seconds", options.seconds);
  report.setting("size_bytes", options.size_bytes);
  report.figure("events_per_s", static_cast<double>(count) / measured->seconds());
  report.latencies("publish_to_receive", latency);
  report.figure("server_cpu_s_per_million_events",
                measured->server_cpu_seconds() / static_cast<double>(count) * 1e6, 1);
  return report;
}

}  // namespace courtside
