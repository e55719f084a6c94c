#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/histogram.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kExportWarmUpSeconds = 1;
constexpr std::uint64_t kFillConnections = 4;
constexpr std::uint64_t kFillInFlight = 2048;
constexpr std::uint32_t kIdleMs = 30'000;

struct Taken {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;

  double events_per_s() const { return seconds > 0 ? static_cast<double>(events) / seconds : 0; }
};

// The whole log as NDJSON, its lines counted; or as much of it as comes until `stopped`.
Result<Taken> take_log(const Bench& bench, const std::atomic<bool>& stopped) {
  HttpHeaders headers = {{"accept", "application/x-ndjson"}};
  if (!bench.options.token.empty()) {
    headers.emplace_back("authorization", "Bearer " + bench.options.token);
  }
  const std::uint64_t begin_ns = steady_ns();
  const auto download = HttpDownload::open(bench.target, "/v1/events?channel=*", headers, kIdleMs);
  if (!download) return fail(download.error());
  if (const int status = (*download)->head().status; status != 200) {
    return fail(Code::unavailable, format("the export was answered with {}", status));
  }
  Taken taken;
  while (!stopped) {
    const Result<std::string> piece = (*download)->read();
    if (!piece) return fail(piece.error());
    if (piece->empty()) break;
    taken.bytes += piece->size();
    taken.events += static_cast<std::uint64_t>(std::count(piece->begin(), piece->end(), '\n'));
  }
  taken.seconds = static_cast<double>(steady_ns() - begin_ns) / 1e9;
  return taken;
}

// Exports, one after the other, on a thread of their own until stop().
class Exports {
 public:
  explicit Exports(const Bench& bench) : bench_(bench), thread_([this] { run(); }) {}
  ~Exports() { static_cast<void>(stop()); }

  Result<Taken> stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
    if (failure_) return fail(*failure_);
    return all_;
  }

 private:
  void run() {
    while (!stopped_) {
      const Result<Taken> taken = take_log(bench_, stopped_);
      if (!taken) {
        failure_ = taken.error();
        return;
      }
      all_.events += taken->events;
      all_.bytes += taken->bytes;
      all_.seconds += taken->seconds;
    }
  }

  const Bench& bench_;
  std::atomic<bool> stopped_ = false;
  Taken all_;
  std::optional<Error> failure_;
  std::thread thread_;
};

// Two phases of one steady load, the second beside somebody who takes the whole log.
class Export {
 public:
  explicit Export(const Bench& bench)
      : bench_(bench),
        warm_up_(kExportWarmUpSeconds * bench.options.rate_per_s),
        phase_(bench.options.seconds * bench.options.rate_per_s),
        writer_(bench.run, bench.options.size_bytes),
        crowd_(loop_, bench.address,
               [this](std::uint32_t, const Subscriber& each) { count(each); }) {
    for (std::uint64_t i = 0; i < bench.options.connections; ++i) crowd_.add(bench.channel());
  }

  Result<Report> run() {
    if (const Result<void> filled = fill(); !filled) return fail(filled.error());
    bench_.say("an export by itself");
    const std::atomic<bool> never = false;
    Result<Measured> measured = Measured::start(bench_.figures());
    if (!measured) return fail(measured.error());
    const Result<Taken> alone = take_log(bench_, never);
    if (!alone) return fail(alone.error());
    if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

    if (const Result<void> opened = crowd_.open(); !opened) return fail(opened.error());
    publisher_.emplace(loop_, bench_.address, writer_, bench_.channel(), bench_.options.rate_per_s);
    if (const Result<void> opened = publisher_->open(); !opened) return fail(opened.error());
    bench_.say("live events without an export, then beside one");
    publisher_->start(2 * (warm_up_ + phase_));
    if (const Result<void> first = wait_for(warm_up_ + phase_); !first) return fail(first.error());
    Exports exports(bench_);
    if (const Result<void> second = wait_for(2 * (warm_up_ + phase_)); !second) {
      return fail(second.error());
    }
    const Result<Taken> beside = exports.stop();
    if (!beside) return fail(beside.error());
    return report(*alone, measured->server_cpu_seconds(), *beside);
  }

 private:
  Result<void> fill() {
    bench_.say(format("appending {} events", bench_.options.events));
    std::vector<std::string> channels;
    for (std::uint64_t i = 0; i < bench_.options.channels; ++i) {
      channels.push_back(bench_.channel(std::to_string(i)));
    }
    BenchLoop loop;
    Load load(
        loop, bench_.address, writer_, kFillConnections, kFillInFlight,
        [&](std::uint64_t number) { return std::string_view(channels[number % channels.size()]); });
    const Result<std::uint64_t> appended = load.run(bench_.options.events);
    return appended ? Result<void>() : fail(appended.error());
  }

  Result<void> wait_for(std::uint64_t events) {
    return loop_.run_until([&] { return crowd_.received() >= events * crowd_.size(); },
                           "the live events");
  }

  // The first events of either phase are left out: what a start costs is another question.
  void count(const Subscriber& subscriber) {
    const std::uint64_t event = subscriber.received - 1;
    if (event % (warm_up_ + phase_) < warm_up_) return;
    LatencyHistogram& phase = event < warm_up_ + phase_ ? without_ : with_;
    phase.record(loop_.now_ns() - publisher_->intended_ns(event));
  }

  Report report(const Taken& alone, double cpu_seconds, const Taken& beside) const {
    const auto p99_without = static_cast<double>(without_.percentile_ns(99));
    const auto p99_with = static_cast<double>(with_.percentile_ns(99));
    Report report("export");
    report.setting("events", bench_.options.events);
    report.setting("connections", bench_.options.connections);
    report.setting("rate_per_s", bench_.options.rate_per_s);
    report.setting("seconds", bench_.options.seconds);
    report.setting("size_bytes", bench_.options.size_bytes);
    report.figure("alone_events", static_cast<double>(alone.events));
    report.figure("alone_events_per_s", alone.events_per_s());
    report.figure("alone_mib_per_s", static_cast<double>(alone.bytes) / alone.seconds / (1 << 20));
    report.figure("server_cpu_s_per_million_events",
                  cpu_seconds / static_cast<double>(alone.events) * 1e6, 3);
    report.figure("beside_live_events_per_s", beside.events_per_s());
    report.latencies("live_without", without_);
    report.latencies("live_with", with_);
    report.figure("live_p99_ratio", p99_without > 0 ? p99_with / p99_without : 0, 2);
    return report;
  }

  const Bench& bench_;
  const std::uint64_t warm_up_;  // events
  const std::uint64_t phase_;    // events
  BenchLoop loop_;
  EventWriter writer_;
  std::optional<PacedPublisher> publisher_;  // says hello as soon as it is there
  Crowd crowd_;
  LatencyHistogram without_;
  LatencyHistogram with_;
};

}  // namespace

Result<Report> measure_export(const Bench& bench) { return Export(bench).run(); }

}  // namespace courtside
