// What a group commit costs the log thread, on the real log and by its size: looking up ids, the
// fold, the write with its sync, the index. CPU is that thread's own; items_per_second counts
// events per second of it. The ids are new, as almost all are, and the log grows as the benchmark
// runs.
//
// COURTSIDE_BENCH_FOLDER says where the log is: on a file system in memory the sync costs nothing.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "eventlog/sequencer/event_log.h"
#include "tests/bench/batches.h"

namespace courtside::bench {
namespace {

constexpr std::uint64_t kChannels = 100;

std::filesystem::path folder() {
  const char* named = std::getenv("COURTSIDE_BENCH_FOLDER");
  const std::filesystem::path where = named ? named : std::filesystem::temp_directory_path();
  return where / "courtside-commit-bench";
}

std::vector<Hash128> keys_of(const std::vector<Command>& commands) {
  std::vector<Hash128> keys;
  for (const Command& command : commands) {
    for (const NewEvent& event : std::get<Append>(command).events) keys.push_back(event.key);
  }
  return keys;
}

void commit(benchmark::State& state) {
  const auto events = static_cast<std::size_t>(state.range(0));
  std::filesystem::remove_all(folder());
  auto log = EventLog::open({.path = folder().string()});
  COURTSIDE_CHECK(log);
  std::uint64_t next_number = 1;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<Command> commands = make_appends(next_number, events, kChannels);
    next_number += events;
    state.ResumeTiming();
    COURTSIDE_CHECK((*log)->look_up(keys_of(commands)));
    Fold fold(**log, (*log)->place(), Timestamp(1));
    for (const Command& command : commands) COURTSIDE_CHECK(fold.apply(command));
    const Batch batch = fold.take();
    COURTSIDE_CHECK((*log)->commit(batch, fold.place()));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  log->reset();
  std::filesystem::remove_all(folder());
}
// As many events each: what is in the log counts.
BENCHMARK(commit)->Arg(16)->Iterations(65'536);
BENCHMARK(commit)->Arg(128)->Iterations(8'192);
BENCHMARK(commit)->Arg(1024)->Iterations(1'024);

}  // namespace
}  // namespace courtside::bench
