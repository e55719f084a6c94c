#include <algorithm>
#include <string>
#include <vector>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/figure_sampler.h"
#include "bench/histogram.h"
#include "bench/publishers.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kSlowWarmUpSeconds = 2;
constexpr std::uint64_t kSlowBytesPerSecond = 1000;
constexpr std::uint64_t kSlowStepMs = 100;
constexpr int kSlowReceiveBufferBytes = 4096;
constexpr const char* kQueued = "courtside_queued_bytes";
constexpr const char* kResident = "process_resident_memory_bytes";

// Two phases of the same load and length, the second beside a reader on a bad line; then the reader
// gets a good one and has to hear of everything.
class Slow {
 public:
  explicit Slow(const Bench& bench)
      : bench_(bench),
        channel_(bench.channel()),
        warm_up_(kSlowWarmUpSeconds * bench.options.rate_per_s),
        phase_(bench.options.seconds * bench.options.rate_per_s),
        writer_(bench.run, bench.options.size_bytes),
        publisher_(loop_, bench.address, writer_, channel_, bench.options.rate_per_s),
        others_(loop_, bench.address,
                [this](std::uint32_t number, const Subscriber& other) { count(number, other); }),
        slow_(loop_, bench.address),
        sampler_(bench.figures(), {kQueued, kResident}) {
    for (std::uint64_t i = 0; i < bench.options.connections; ++i) others_.add(channel_);
    slow_.add(channel_);
  }

  Result<Report> run() {
    const std::string length = format("{} s", bench_.options.seconds);
    if (const Result<void> opened = others_.open(); !opened) return fail(opened.error());
    if (const Result<void> opened = publisher_.open(); !opened) return fail(opened.error());
    bench_.say("without a slow reader, " + length);
    publisher_.start(2 * (warm_up_ + phase_));
    const Result<void> first = loop_.run_until([this] { return all_have(warm_up_ + phase_); },
                                               "the events of the first phase");
    if (!first) return fail(first.error());
    resident_without_ = sampler_.largest(kResident);
    queued_without_ = sampler_.largest(kQueued);
    sampler_.restart();

    bench_.say("with one, " + length);
    if (const Result<void> second = read_slowly(); !second) return fail(second.error());
    resident_with_ = sampler_.largest(kResident);
    queued_with_ = sampler_.largest(kQueued);

    bench_.say("the slow reader catches up");
    if (const Result<void> last = catch_up(); !last) return fail(last.error());
    return report();
  }

 private:
  bool all_have(std::uint64_t events) { return others_.received() >= events * others_.size(); }

  // The first events of either phase are left out: what a start costs is another question.
  void count(std::uint32_t number, const Subscriber& other) {
    if (number == 0) offsets_.push_back(other.offset);
    const std::uint64_t event = other.received - 1;
    LatencyHistogram& phase = event < warm_up_ + phase_ ? without_ : with_;
    if (event % (warm_up_ + phase_) < warm_up_) return;
    phase.record(loop_.now_ns() - publisher_.intended_ns(event));
  }

  Result<void> read_slowly() {
    BenchClient& client = slow_.connect(0, kSlowReceiveBufferBytes);
    const Result<void> live =
        loop_.run_until([this] { return slow_.live_count() == 1; }, "the slow reader to be live");
    if (!live) return live;
    client.pause_reading();
    while (!all_have(2 * (warm_up_ + phase_))) {
      if (const Result<void> ran = loop_.run_for(kSlowStepMs); !ran) return ran;
      client.read_some(kSlowBytesPerSecond * kSlowStepMs / 1000);
    }
    slowly_received_ = slow_.at(0).received;
    return {};
  }

  Result<void> catch_up() {
    Subscriber& slow = slow_.at(0);
    const std::uint64_t begin_ns = steady_ns();
    const std::uint64_t last = offsets_.back();
    slow.client->resume_reading();
    const Result<void> caught_up =
        loop_.run_until([&] { return slow.offset >= last && slow.times_live > slow.times_behind; },
                        "the slow reader to catch up");
    if (!caught_up) return caught_up;
    catch_up_s_ = static_cast<double>(steady_ns() - begin_ns) / 1e9;
    const auto missed = std::upper_bound(offsets_.begin(), offsets_.end(), slow.joined_offset);
    const auto expected = static_cast<std::uint64_t>(offsets_.end() - missed);
    if (slow.received == expected) return {};
    return fail(Code::internal,
                format("the slow reader got {} events of {}", slow.received, expected));
  }

  Report report() {
    const auto change = [](std::uint64_t before, std::uint64_t after) {
      return before == 0 ? 0 : (static_cast<double>(after) / static_cast<double>(before) - 1) * 100;
    };
    constexpr double kMiB = 1 << 20;
    Report report("slow");
    report.setting("connections", bench_.options.connections);
    report.setting("rate_per_s", bench_.options.rate_per_s);
    report.setting("seconds", bench_.options.seconds);
    report.setting("size_bytes", bench_.options.size_bytes);
    report.latencies("others_without", without_);
    report.latencies("others_with", with_);
    report.figure("others_p99_change_percent",
                  change(without_.percentile_ns(99), with_.percentile_ns(99)), 1);
    report.figure("queued_bytes_max_without", queued_without_);
    report.figure("queued_bytes_max_with", queued_with_);
    report.figure("server_rss_mib_max_without", resident_without_ / kMiB, 1);
    report.figure("server_rss_mib_max_with", resident_with_ / kMiB, 1);
    report.figure("slow_events_before_catch_up", static_cast<double>(slowly_received_));
    report.figure("slow_events", static_cast<double>(slow_.at(0).received));
    report.figure("slow_times_behind", slow_.at(0).times_behind);
    report.figure("slow_catch_up_s", catch_up_s_, 3);
    return report;
  }

  const Bench& bench_;
  const std::string channel_;
  const std::uint64_t warm_up_;  // events
  const std::uint64_t phase_;    // events
  BenchLoop loop_;
  EventWriter writer_;
  PacedPublisher publisher_;
  Crowd others_;
  Crowd slow_;
  FigureSampler sampler_;
  LatencyHistogram without_;
  LatencyHistogram with_;
  std::vector<std::uint64_t> offsets_;  // of all events, as the first of the others heard them
  double resident_without_ = 0;
  double resident_with_ = 0;
  double queued_without_ = 0;
  double queued_with_ = 0;
  double catch_up_s_ = 0;
  std::uint64_t slowly_received_ = 0;
};

}  // namespace

Result<Report> measure_slow(const Bench& bench) { return Slow(bench).run(); }

}  // namespace courtside
