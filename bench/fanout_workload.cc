#include <algorithm>
#include <vector>

#include "base/format.h"
#include "bench/crowd.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

// A publish is in flight until every subscriber has its event: acknowledged is not enough, or the
// publisher would run ahead of the fan-out and measure how well a backlog is gathered.
class FanOut {
 public:
  explicit FanOut(const Bench& bench)
      : bench_(bench),
        channel_(bench.channel()),
        writer_(bench.run, bench.options.size_bytes),
        crowd_(loop_, bench.address,
               [this](std::uint32_t, const Subscriber& subscriber) { count(subscriber.received); }),
        line_(loop_, bench.address, writer_),
        got_(bench.options.in_flight) {
    for (std::uint64_t i = 0; i < bench.options.connections; ++i) crowd_.add(channel_);
  }

  Result<Report> run() {
    if (const Result<void> opened = open(); !opened) return fail(opened.error());
    const std::uint64_t events = bench_.options.events;
    if (const Result<void> warm = publish(std::max<std::uint64_t>(events / 10, 1)); !warm) {
      return fail(warm.error());
    }
    Result<Measured> measured = Measured::start(bench_.figures());
    if (!measured) return fail(measured.error());
    if (const Result<void> done = publish(events); !done) return fail(done.error());
    if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());
    return report(*measured);
  }

 private:
  Result<void> open() {
    bench_.say(format("connecting {} subscribers", crowd_.size()));
    if (const Result<void> opened = crowd_.open(); !opened) return opened;
    return line_.open();
  }

  Result<void> publish(std::uint64_t events) {
    last_ += events;
    publish_more();
    return loop_.run_until([this] { return complete_ == last_; }, "events to reach everybody");
  }

  void publish_more() {
    while (line_.sent() < last_ && line_.sent() - complete_ < got_.size()) line_.publish(channel_);
  }

  // One subscriber has event number `received` (from 1).
  void count(std::uint64_t received) {
    std::uint64_t& subscribers = got_[received % got_.size()];
    if (++subscribers < crowd_.size()) return;
    subscribers = 0;
    ++complete_;
    publish_more();
  }

  Report report(const Measured& measured) const {
    const BenchCommand& options = bench_.options;
    const double deliveries = static_cast<double>(options.events * options.connections);
    Report report("fanout");
    report.setting("connections", options.connections);
    report.setting("in_flight", options.in_flight);
    report.setting("size_bytes", options.size_bytes);
    report.setting("events", options.events);
    report.figure("deliveries", deliveries);
    report.figure("seconds", measured.seconds(), 3);
    report.figure("events_per_s", static_cast<double>(options.events) / measured.seconds());
    report.figure("deliveries_per_s", deliveries / measured.seconds());
    report.figure("server_cpu_s", measured.server_cpu_seconds(), 3);
    report.figure("server_cpu_s_per_million_deliveries",
                  measured.server_cpu_seconds() / deliveries * 1e6, 3);
    return report;
  }

  const Bench& bench_;
  const std::string channel_;
  BenchLoop loop_;
  EventWriter writer_;
  Crowd crowd_;
  PublishLine line_;
  std::vector<std::uint64_t> got_;  // by event modulo in_flight: how many subscribers have it
  std::uint64_t complete_ = 0;      // events that everybody has
  std::uint64_t last_ = 0;
};

}  // namespace

Result<Report> measure_fanout(const Bench& bench) { return FanOut(bench).run(); }

}  // namespace courtside
