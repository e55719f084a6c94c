#include <algorithm>
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

constexpr std::uint64_t kOwnEvents = 10;
constexpr std::uint64_t kResumes = 100;
constexpr std::uint64_t kConnections = 4;
constexpr std::uint64_t kSparseFillInFlight = 2048;

class Sparse {
 public:
  explicit Sparse(const Bench& bench)
      : bench_(bench),
        own_(bench.channel("own")),
        writer_(bench.run, bench.options.size_bytes),
        crowd_(loop_, bench.address) {
    for (std::uint64_t i = 0; i < bench.options.channels; ++i) {
      foreign_.push_back(bench.channel(std::to_string(i)));
    }
    crowd_.add(own_);
  }

  Result<Report> run() {
    if (const Result<void> away = be_away(); !away) return fail(away.error());
    bench_.say("resuming");
    Result<std::uint64_t> first = resume();
    if (!first) return fail(first.error());
    Result<Measured> measured = Measured::start(bench_.figures());
    if (!measured) return fail(measured.error());
    LatencyHistogram resumes;
    for (std::uint64_t i = 0; i < kResumes; ++i) {
      const Result<std::uint64_t> took = resume();
      if (!took) return fail(took.error());
      resumes.record(*took);
    }
    if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());

    Report report("sparse");
    report.setting("foreign_events", bench_.options.events);
    report.setting("own_events", kOwnEvents);
    report.setting("channels", bench_.options.channels);
    report.figure("records_read_per_resume",
                  measured->grown("courtside_records_read_total") / kResumes, 1);
    report.figure("first_resume_ms", static_cast<double>(*first) / 1e6, 3);
    report.latencies("resume", resumes);
    return report;
  }

 private:
  // A subscriber goes, and the own events come evenly spread among the foreign ones.
  Result<void> be_away() {
    if (const Result<void> opened = crowd_.open(); !opened) return opened;
    cursor_ = crowd_.at(0).offset;
    crowd_.cut();
    const std::uint64_t events = bench_.options.events + kOwnEvents;
    const std::uint64_t every = std::max<std::uint64_t>(events / kOwnEvents, 1);
    bench_.say(format("appending {} events", events));
    Load load(loop_, bench_.address, writer_, kConnections, kSparseFillInFlight,
              [&](std::uint64_t number) {
                return std::string_view(
                    number % every == every / 2 ? own_ : foreign_[number % foreign_.size()]);
              });
    const auto appended = load.run(events);
    return appended ? Result<void>() : fail(appended.error());
  }

  // How many nanoseconds it takes from `subscribe` to `live`.
  Result<std::uint64_t> resume() {
    Subscriber& subscriber = crowd_.at(0);
    subscriber.offset = cursor_;
    subscriber.received = 0;
    const Result<void> opened = crowd_.open();
    if (!opened) return fail(opened.error());
    crowd_.cut();
    if (subscriber.received < kOwnEvents) {
      return fail(Code::internal,
                  format("a resume brought {} events of {}", subscriber.received, kOwnEvents));
    }
    return subscriber.live_ns - subscriber.subscribed_ns;
  }

  const Bench& bench_;
  const std::string own_;
  std::vector<std::string> foreign_;
  BenchLoop loop_;
  EventWriter writer_;
  Crowd crowd_;
  std::uint64_t cursor_ = 0;
};

}  // namespace

Result<Report> measure_sparse(const Bench& bench) { return Sparse(bench).run(); }

}  // namespace courtside
