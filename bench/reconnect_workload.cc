#include <string>
#include <vector>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/histogram.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kMissedInFlight = 256;
// For the server to notice that everybody has gone: what that costs is no part of coming back.
constexpr std::uint64_t kSettleMs = 500;

class Reconnect {
 public:
  explicit Reconnect(const Bench& bench)
      : bench_(bench), writer_(bench.run, bench.options.size_bytes), crowd_(loop_, bench.address) {
    for (std::uint64_t i = 0; i < bench.options.channels; ++i) {
      channels_.push_back(bench.channel(std::to_string(i)));
    }
    for (std::uint64_t i = 0; i < bench.options.connections; ++i) {
      crowd_.add(channels_[i % channels_.size()]);
    }
  }

  Result<Report> run() {
    if (const Result<void> away = miss_events(); !away) return fail(away.error());
    bench_.say("reconnecting");
    Result<Measured> measured = Measured::start(bench_.figures());
    if (!measured) return fail(measured.error());
    const std::uint64_t begin_ns = steady_ns();
    if (const Result<void> back = come_back(); !back) return fail(back.error());
    if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());
    return report(*measured, begin_ns);
  }

 private:
  Result<void> miss_events() {
    bench_.say(format("connecting {} subscribers", crowd_.size()));
    if (const Result<void> opened = crowd_.open(); !opened) return opened;
    crowd_.cut();
    Load load(loop_, bench_.address, writer_, 1, kMissedInFlight, [this](std::uint64_t number) {
      return std::string_view(channels_[number % channels_.size()]);
    });
    const auto missed = load.run(bench_.options.events * channels_.size());
    if (!missed) return fail(missed.error());
    return loop_.run_for(kSettleMs);
  }

  Result<void> come_back() {
    // All at once: none waits for another's handshake.
    if (const Result<void> opened = crowd_.open(crowd_.size()); !opened) return opened;
    for (std::size_t i = 0; i < crowd_.size(); ++i) {
      if (crowd_.at(i).received == bench_.options.events) continue;
      return fail(Code::internal, format("a subscriber came back to {} events of {}",
                                         crowd_.at(i).received, bench_.options.events));
    }
    return {};
  }

  Report report(const Measured& measured, std::uint64_t begin_ns) {
    LatencyHistogram live;
    for (std::size_t i = 0; i < crowd_.size(); ++i) live.record(crowd_.at(i).live_ns - begin_ns);
    const auto clients = static_cast<double>(crowd_.size());
    Report report("reconnect");
    report.setting("connections", bench_.options.connections);
    report.setting("channels", bench_.options.channels);
    report.setting("missed_events", bench_.options.events);
    report.setting("size_bytes", bench_.options.size_bytes);
    report.figure("server_cpu_s", measured.server_cpu_seconds(), 3);
    report.figure("server_cpu_us_per_client", measured.server_cpu_seconds() / clients * 1e6, 1);
    report.figure("records_read", measured.grown("courtside_records_read_total"));
    report.latencies("until_live", live);
    return report;
  }

  const Bench& bench_;
  BenchLoop loop_;
  EventWriter writer_;
  std::vector<std::string> channels_;
  Crowd crowd_;
};

}  // namespace

Result<Report> measure_reconnect(const Bench& bench) { return Reconnect(bench).run(); }

}  // namespace courtside
