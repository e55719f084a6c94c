// What an event costs on the way in and on the way out, by protocol: `decode` a publish, make the
// `body` that all its subscribers share, and `frame` it for one audience. items_per_second: events.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/words.h"
#include "engine/delivery/wire.h"
#include "tests/bench/batches.h"
#include "tests/support/event_body.h"

namespace courtside::bench {
namespace {

void decode_json_publish(benchmark::State& state) {
  EventWriter writer("bench", 200);
  const std::string message(writer.publish("bench:1"));
  for (auto _ : state) {
    auto decoded = protocol::json_codec().decode(message, Timestamp(1));
    COURTSIDE_CHECK(decoded);
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_json_publish);

void body(benchmark::State& state, const Wire& wire) {
  const SharedBatch batch = BatchMaker(1, 1).make();
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixtures::event_body(wire, "k3f9", batch->at(std::size_t{0})));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(body, json, json_wire());
BENCHMARK_CAPTURE(body, flatbuffers, flatbuffers_wire());
BENCHMARK_CAPTURE(body, cloudevents, cloudevents_wire());
BENCHMARK_CAPTURE(body, sse, sse_wire());

void frame(benchmark::State& state, const Wire& wire) {
  const SharedBatch batch = BatchMaker(1, 1).make();
  const std::string shared = fixtures::event_body(wire, "k3f9", batch->at(std::size_t{0}));
  EventBlock block;
  for (auto _ : state) {
    block.bytes.clear();
    wire.append_event(block, 1, shared);
    benchmark::DoNotOptimize(block.bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(frame, json, json_wire());
BENCHMARK_CAPTURE(frame, flatbuffers, flatbuffers_wire());
BENCHMARK_CAPTURE(frame, sse, sse_wire());

}  // namespace
}  // namespace courtside::bench
