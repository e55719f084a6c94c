// What it costs to know which events carry a term: adding to the index of the newest events,
// copying from it, and the chunks that it becomes on disk. items_per_second: events, or offsets.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/check.h"
#include "eventlog/encoding.h"
#include "eventlog/index/index_segment.h"
#include "eventlog/term.h"
#include "tests/bench/batches.h"

namespace courtside::bench {
namespace {

constexpr std::size_t kBatchEvents = 256;
constexpr std::size_t kBatches = 256;  // 65,536 events: a whole segment

std::vector<SharedBatch> whole_segment(std::uint64_t channels) {
  BatchMaker maker(kBatchEvents, channels);
  std::vector<SharedBatch> batches;
  for (std::size_t i = 0; i < kBatches; ++i) batches.push_back(maker.make());
  return batches;
}

// Fills a segment: ids, subjects and terms, as every commit does. A full one came before, as usual.
void add(benchmark::State& state) {
  const auto batches = whole_segment(static_cast<std::uint64_t>(state.range(0)));
  IndexSegment before(Offset(1), nullptr);
  for (const SharedBatch& batch : batches) before.add(*batch);
  for (auto _ : state) {
    IndexSegment segment(Offset(1), &before);
    for (const SharedBatch& batch : batches) segment.add(*batch);
    benchmark::DoNotOptimize(segment.size_bytes());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatches * kBatchEvents));
}
BENCHMARK(add)->ArgName("channels")->Arg(1)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

void copy(benchmark::State& state) {
  const auto channels = static_cast<std::uint64_t>(state.range(0));
  IndexSegment segment(Offset(1), nullptr);
  for (const SharedBatch& batch : whole_segment(channels)) segment.add(*batch);
  const std::string term = channel_term(channel_of(0, channels));
  std::vector<Offset> offsets;
  std::size_t copied = 0;
  for (auto _ : state) {
    offsets.clear();
    segment.copy_postings(term, segment.range(), Direction::kAscending, offsets);
    copied += offsets.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(copied));
}
BENCHMARK(copy)->ArgName("channels")->Arg(1)->Arg(100)->Arg(10'000);

std::vector<Offset> every(std::uint64_t distance) {
  std::vector<Offset> offsets;
  for (std::size_t i = 0; i < kChunkOffsetsMax; ++i) offsets.emplace_back(1 + i * distance);
  return offsets;
}

void encode_chunk(benchmark::State& state) {
  const std::vector<Offset> offsets = every(static_cast<std::uint64_t>(state.range(0)));
  std::string chunk;
  for (auto _ : state) {
    chunk.clear();
    append_chunk(chunk, offsets);
    benchmark::DoNotOptimize(chunk.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(offsets.size()));
  state.counters["bytes_per_offset"] =
      static_cast<double>(chunk.size()) / static_cast<double>(offsets.size());
}
BENCHMARK(encode_chunk)->ArgName("distance")->Arg(1)->Arg(100)->Arg(100'000);

void decode(benchmark::State& state) {
  const std::vector<Offset> offsets = every(static_cast<std::uint64_t>(state.range(0)));
  std::string chunk;
  append_chunk(chunk, offsets);
  const OffsetRange range{offsets.front(), next(offsets.back())};
  std::vector<Offset> out;
  for (auto _ : state) {
    out.clear();
    COURTSIDE_CHECK(decode_chunk(offsets.front(), chunk, range, out));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(offsets.size()));
}
BENCHMARK(decode)->ArgName("distance")->Arg(1)->Arg(100)->Arg(100'000);

}  // namespace
}  // namespace courtside::bench
