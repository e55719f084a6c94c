#include <string>
#include <vector>

#include "base/format.h"
#include "bench/histogram.h"
#include "bench/publishers.h"
#include "bench/server_figures.h"
#include "bench/workload.h"

namespace courtside {
namespace {

constexpr std::uint64_t kConnections = 4;
constexpr std::uint64_t kQueryFillInFlight = 2048;
constexpr std::uint64_t kPages = 1000;  // of each question
constexpr std::uint64_t kPageEvents = 100;
constexpr std::uint32_t kQueryTimeoutMs = 30'000;

// What support asks: what happened to this one, among everything that happened to the others.
struct Question {
  const char* name;
  const char* parameters;  // behind a channel, which is the subject too
  bool by_subject;
};
constexpr Question kQuestions[] = {
    {"channel", "", false},
    {"newest_first", "&order=desc", false},
    {"subject_and_type", "&type=bench.*", true},
};

// The n-th of events that are spread evenly over channels: not one after the other in the log.
constexpr std::uint64_t kStride = 7919;  // a prime

class Query {
 public:
  explicit Query(const Bench& bench) : bench_(bench), writer_(bench.run, bench.options.size_bytes) {
    for (std::uint64_t i = 0; i < bench.options.channels; ++i) {
      channels_.push_back(bench.channel(std::to_string(i)));
    }
  }

  Result<Report> run() {
    if (const Result<void> filled = fill(); !filled) return fail(filled.error());
    Report report("query");
    report.setting("events", bench_.options.events);
    report.setting("channels", bench_.options.channels);
    report.setting("pages", kPages);
    report.setting("limit", kPageEvents);
    Result<Measured> measured = Measured::start(bench_.figures());
    if (!measured) return fail(measured.error());
    for (const Question& question : kQuestions) {
      bench_.say(std::string("asking by ") + question.name);
      LatencyHistogram pages;
      for (std::uint64_t i = 0; i < kPages; ++i) {
        const Result<std::uint64_t> took = ask(question, i * kStride % channels_.size());
        if (!took) return fail(took.error());
        pages.record(*took);
      }
      report.latencies(question.name, pages);
    }
    if (const Result<void> stopped = measured->stop(); !stopped) return fail(stopped.error());
    report.figure(
        "records_read_per_page",
        measured->grown("courtside_records_read_total") / (kPages * std::size(kQuestions)), 1);
    report.figure("server_cpu_ms_per_page",
                  measured->server_cpu_seconds() * 1e3 / (kPages * std::size(kQuestions)), 3);
    return report;
  }

 private:
  Result<void> fill() {
    bench_.say(format("appending {} events", bench_.options.events));
    BenchLoop loop;
    Load load(loop, bench_.address, writer_, kConnections, kQueryFillInFlight,
              [&](std::uint64_t number) {
                return std::string_view(channels_[number % channels_.size()]);
              });
    const Result<std::uint64_t> appended = load.run(bench_.options.events);
    return appended ? Result<void>() : fail(appended.error());
  }

  // How many nanoseconds a page takes, connecting included.
  Result<std::uint64_t> ask(const Question& question, std::uint64_t channel) {
    std::string path = format("/v1/events?limit={}", kPageEvents);
    path.append(question.by_subject ? "&subject=" : "&channel=").append(channels_[channel]);
    if (question.by_subject) path.append("&channel=*");
    path.append(question.parameters);
    HttpHeaders headers;
    if (!bench_.options.token.empty()) {
      headers.emplace_back("authorization", "Bearer " + bench_.options.token);
    }
    const std::uint64_t begin_ns = steady_ns();
    const Result<HttpResponse> page =
        http_request(bench_.target, "GET", path, headers, {}, kQueryTimeoutMs);
    const std::uint64_t took = steady_ns() - begin_ns;
    if (!page) return fail(page.error());
    if (page->status != 200) {
      return fail(Code::unavailable, format("GET {} answered {}", path, page->status));
    }
    if (const std::uint64_t found = count_events(page->body); found != expected(channel)) {
      return fail(Code::internal,
                  format("GET {} found {} events of {}", path, found, expected(channel)));
    }
    return took;
  }

  static std::uint64_t count_events(std::string_view page) {
    constexpr std::string_view kMember = "\"specversion\":";
    std::uint64_t count = 0;
    for (auto at = page.find(kMember); at != std::string_view::npos;
         at = page.find(kMember, at + kMember.size())) {
      ++count;
    }
    return count;
  }

  std::uint64_t expected(std::uint64_t channel) const {
    const std::uint64_t events = bench_.options.events;
    const std::uint64_t all = events / channels_.size() + (channel < events % channels_.size());
    return std::min(all, kPageEvents);
  }

  const Bench& bench_;
  std::vector<std::string> channels_;
  EventWriter writer_;
};

}  // namespace

// Pages of history by a narrow filter, from a log that is full of others' events.
Result<Report> measure_query(const Bench& bench) { return Query(bench).run(); }

}  // namespace courtside
