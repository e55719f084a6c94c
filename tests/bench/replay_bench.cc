// What a page costs on the real log, by how close together the events of a channel lie, and what
// the tail costs. Each line counts the events that were delivered.
//
// The log has a million events, 200 bytes of data each, in batches of a thousand. The channel
// "every:<n>" has every n-th event; `distance` below is that n.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "eventlog/sequencer/event_log.h"
#include "replay/page_reader.h"

namespace courtside {
namespace {

constexpr std::uint64_t kEvents = 1'000'000;
constexpr std::uint64_t kBatchEvents = 1'000;
constexpr std::uint64_t kDistances[] = {1, 2, 4, 8, 16, 32, 100, 1'000, 100'000};

std::string channel_of(std::uint64_t distance) { return "every:" + std::to_string(distance); }

NewEvent make_event(std::uint64_t number, const std::string& data) {
  EventFields fields;
  const std::string id = std::to_string(number);
  const std::string subject = "booking:" + std::to_string(number % 5'000);
  fields.id = id;
  fields.source = "/bench";
  fields.type = "booking.created";
  fields.subject = subject;
  fields.time = "2026-11-01T10:00:00.000000Z";
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  NewEvent event{build_event(fields), hash128(fields.source, id), {}, {}};
  for (const std::uint64_t distance : kDistances) {
    if (number % distance == 0) event.channels.push_back(channel_of(distance));
  }
  return event;
}

// A log in a folder that goes with the process.
class BenchLog {
 public:
  BenchLog() : folder_(std::filesystem::temp_directory_path() / "courtside-replay-bench") {
    std::filesystem::remove_all(folder_);
    auto log = EventLog::open({.path = folder_.string()});
    COURTSIDE_CHECK(log);
    log_ = std::move(*log);
    const std::string data = "{\"text\":\"" + std::string(189, 'x') + "\"}";
    for (std::uint64_t number = 1; number <= kEvents;) number = commit(number, data);
  }
  ~BenchLog() {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  const EventLog& log() const { return *log_; }
  const Tail& tail() const { return tail_; }

 private:
  std::uint64_t commit(std::uint64_t number, const std::string& data) {
    Fold fold(*log_, log_->place(), Timestamp(static_cast<std::int64_t>(number)));
    Append command;
    for (std::uint64_t i = 0; i < kBatchEvents; ++i) {
      command.events.push_back(make_event(number++, data));
    }
    COURTSIDE_CHECK(fold.apply(command));
    const auto batch = std::make_shared<const Batch>(fold.take());
    COURTSIDE_CHECK(log_->commit(*batch, fold.place()));
    tail_.add(batch);
    return number;
  }

  const std::filesystem::path folder_;
  std::unique_ptr<EventLog> log_;
  Tail tail_{64 << 20};
};

const BenchLog& bench_log() {
  static const BenchLog log;
  return log;
}

// Reads through the whole log, page by page; range(0) is the distance, range(1) the page's events.
void read_all(benchmark::State& state, const Filter& filter, Direction direction) {
  const BenchLog& bench = bench_log();
  const Tail no_tail(1);
  const PageReader reader(bench.log(), no_tail);
  const auto page_events = static_cast<std::size_t>(state.range(1));
  std::uint64_t events = 0;
  std::uint64_t pages = 0;
  for (auto _ : state) {
    PageRequest request{.window = bench.log().held(),
                        .direction = direction,
                        .events_max = page_events,
                        .bytes_max = page_events * 1'024,
                        .scanned_max = 1'000'000};
    while (!request.window.empty()) {
      const Result<Page> page = reader.read(filter, request);
      COURTSIDE_CHECK(page);
      events += page->records.size();
      ++pages;
      if (direction == Direction::kAscending) {
        request.window.begin = page->covered.end;
      } else {
        request.window.end = page->covered.begin;
      }
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["records/event"] =
      static_cast<double>(reader.records_read()) / static_cast<double>(events);
  state.counters["page"] = benchmark::Counter(
      static_cast<double>(pages), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void catch_up_channel(benchmark::State& state) {
  const auto distance = static_cast<std::uint64_t>(state.range(0));
  read_all(state, {.channels = {channel_of(distance)}}, Direction::kAscending);
}
BENCHMARK(catch_up_channel)
    ->ArgNames({"distance", "page"})
    ->ArgsProduct({{1, 2, 4, 8, 16, 32, 100, 1'000, 100'000}, {256, 4'096}})
    ->Unit(benchmark::kMillisecond);

void catch_up_everything(benchmark::State& state) { read_all(state, {}, Direction::kAscending); }
BENCHMARK(catch_up_everything)
    ->ArgNames({"distance", "page"})
    ->ArgsProduct({{1}, {256, 4'096}})
    ->Unit(benchmark::kMillisecond);

void history_backwards(benchmark::State& state) {
  const auto distance = static_cast<std::uint64_t>(state.range(0));
  read_all(state, {.channels = {channel_of(distance)}}, Direction::kDescending);
}
BENCHMARK(history_backwards)
    ->ArgNames({"distance", "page"})
    ->ArgsProduct({{1, 100}, {256}})
    ->Unit(benchmark::kMillisecond);

// A subject has 200 events among the million.
void history_of_subject(benchmark::State& state) {
  read_all(state, {.subject = "booking:17"}, Direction::kAscending);
}
BENCHMARK(history_of_subject)
    ->ArgNames({"distance", "page"})
    ->Args({0, 256})
    ->Unit(benchmark::kMillisecond);

// range(0) channels, of which one has events; the others are not there.
void page_of_many_channels(benchmark::State& state) {
  Filter filter{.channels = {channel_of(100)}};
  for (std::int64_t i = 1; i < state.range(0); ++i) {
    filter.channels.push_back("user:" + std::to_string(i));
  }
  const BenchLog& bench = bench_log();
  const Tail no_tail(1);
  const PageReader reader(bench.log(), no_tail);
  for (auto _ : state) {
    const Result<Page> page = reader.read(filter, {.window = bench.log().held()});
    COURTSIDE_CHECK(page);
    benchmark::DoNotOptimize(page->records.size());
  }
}
BENCHMARK(page_of_many_channels)->Arg(1)->Arg(10)->Arg(1'000)->Unit(benchmark::kMicrosecond);

// A short cut: range(0) events were missed, one of ten is for the client. On a loop, so it must be
// over in microseconds.
void resume_from_tail(benchmark::State& state) {
  const BenchLog& bench = bench_log();
  const PageReader reader(bench.log(), bench.tail());
  const Filter filter{.channels = {channel_of(16)}};
  OffsetRange window = bench.log().held();
  window.begin = Offset(window.end.value() - static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    const std::optional<Page> page = reader.read_tail(filter, {.window = window}, 64);
    COURTSIDE_CHECK(page);
    benchmark::DoNotOptimize(page->records.size());
  }
}
BENCHMARK(resume_from_tail)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace courtside
