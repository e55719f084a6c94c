#include <sys/resource.h>

#include <string>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr rlim_t kOtherFiles = 64;

// Lets this process open so many sockets. unavailable where it may not.
Result<void> make_room_for(std::uint64_t sockets) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= sockets + kOtherFiles) return {};
  return fail(
      Code::unavailable,
      format(
          "{} connections need more open files than the {} that this process may have (ulimit -Hn)",
          sockets, limit.rlim_cur));
}

}  // namespace

// What a connection costs that nothing happens to: each is subscribed to a channel of its own.
Result<Report> measure_idle(const Bench& bench) {
  const BenchCommand& options = bench.options;
  if (const Result<void> room = make_room_for(options.connections); !room) {
    return fail(room.error());
  }
  BenchLoop loop;
  Crowd crowd(loop, bench.address);
  for (std::uint64_t i = 0; i < options.connections; ++i) {
    crowd.add(format("user:{}-{}", bench.run, i));
  }
  bench.say(format("connecting {} subscribers", options.connections));
  Result<Measured> measured = Measured::start(bench.figures());
  if (!measured) return fail(measured.error());
  if (const Result<void> opened = crowd.open(); !opened) return fail(opened.error());
  if (const Result<void> held = loop.run_for(options.seconds * 1000); !held) {
    return fail(held.error());
  }
  if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

  const auto connections = static_cast<double>(options.connections);
  constexpr double kMiB = 1 << 20;
  Report report("idle");
  report.setting("connections", options.connections);
  report.setting("seconds", options.seconds);
  report.figure("server_rss_mib_before", measured->before("process_resident_memory_bytes") / kMiB,
                1);
  report.figure("server_rss_mib_after", measured->after("process_resident_memory_bytes") / kMiB, 1);
  report.figure("server_rss_bytes_per_connection",
                measured->grown("process_resident_memory_bytes") / connections);
  report.figure("server_cpu_us_per_connection", measured->server_cpu_seconds() / connections * 1e6,
                1);
  return report;
}

}  // namespace courtside
