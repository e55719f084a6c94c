// What it costs to put an event in order: the fold of one group commit, by its size. The state is
// empty memory, so reads of it are not in the figure. items_per_second: events.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "tests/bench/batches.h"

namespace courtside::bench {
namespace {

constexpr std::uint64_t kChannels = 100;

void fold(benchmark::State& state) {
  const auto events = static_cast<std::size_t>(state.range(0));
  const std::vector<Command> commands = make_appends(1, events, kChannels);
  const NothingKnown nothing;
  for (auto _ : state) {
    Fold fold(nothing, FoldPlace{}, Timestamp(1));
    for (const Command& command : commands) COURTSIDE_CHECK(fold.apply(command));
    benchmark::DoNotOptimize(fold.take());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fold)->Arg(1)->Arg(16)->Arg(256)->Arg(4096);

// The same events again, within one group commit: answered without a record.
void fold_duplicates(benchmark::State& state) {
  const std::vector<Command> commands = make_appends(1, 256, kChannels);
  const NothingKnown nothing;
  for (auto _ : state) {
    Fold fold(nothing, FoldPlace{}, Timestamp(1));
    for (int repeat = 0; repeat < 4; ++repeat) {
      for (const Command& command : commands) COURTSIDE_CHECK(fold.apply(command));
    }
    benchmark::DoNotOptimize(fold.take());
  }
  state.SetItemsProcessed(state.iterations() * 4 * 256);
}
BENCHMARK(fold_duplicates);

}  // namespace
}  // namespace courtside::bench
