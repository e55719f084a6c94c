// What the hub's own part of fan-out costs, without sockets: a group commit of 64 events is
// matched, encoded and handed to every live subscriber. items_per_second: events delivered.
#include <benchmark/benchmark.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/check.h"
#include "engine/delivery/hub.h"
#include "tests/bench/batches.h"

namespace courtside::bench {
namespace {

constexpr std::size_t kBatchEvents = 64;

// A connection that takes everything at once.
class Taker final : public SubscriberOwner {
 public:
  void send_frames(const SharedBytes& frames) override { bytes_ += frames.size(); }
  bool congested() const override { return false; }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {}

 private:
  std::size_t bytes_ = 0;
};

// Everybody here is live from the start, so nobody reads.
class NoReads final : public HubHost {
 public:
  void forget_page(SubscriberId /*id*/) override {}
  std::uint64_t now_ms() override { return 0; }
  void wake_after(SubscriberId /*id*/, std::uint64_t /*delay_ms*/) override {}
  void on_barrier(std::size_t /*index*/) override {}
  std::optional<RenderedPage> read_page(SubscriberId, const SharedInterest&, OffsetRange) override {
    check_failed("nothing is read here", __FILE__, __LINE__);
  }
};

// `subscribers` on `channels` channels, which the events go to in turn.
void fan_out(benchmark::State& state) {
  const auto subscribers = static_cast<std::uint64_t>(state.range(0));
  const auto channels = static_cast<std::uint64_t>(state.range(1));
  const Projections projections;
  NoReads no_reads;
  Hub hub("k3f9", {Offset(1), Offset(1)}, projections, no_reads);
  std::vector<Taker> takers(subscribers);
  for (std::uint64_t number = 0; number < subscribers; ++number) {
    auto interest = std::make_shared<Interest>();
    interest->wire = &json_wire();
    interest->sub = 1;
    interest->filter.channels = {channel_of(number, channels)};
    hub.advance(hub.add(takers[number], std::move(interest), hub.held().end));
  }
  BatchMaker batches(kBatchEvents, channels);
  for (auto _ : state) {
    state.PauseTiming();
    const SharedBatch batch = batches.make();
    state.ResumeTiming();
    hub.on_commit(*batch);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(hub.counters().deliveries));
}
BENCHMARK(fan_out)
    ->ArgNames({"subscribers", "channels"})
    ->Args({1, 1})
    ->Args({1000, 1})
    ->Args({1000, 64})
    ->Args({1000, 1000})
    ->Args({10'000, 1});

}  // namespace
}  // namespace courtside::bench
