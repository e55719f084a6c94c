// The two ways to publish: as fast as the answers come (Load), and at a rate whatever happens
// (PacedPublisher). An error as an answer ends the run.
//
// Threads: the loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/bench_client.h"
#include "bench/bench_loop.h"
#include "bench/words.h"

namespace courtside {

// One connection that publishes.
class PublishLine final : private BenchClientHandler {
 public:
  // `on_ok` is called for each answer; it may be empty.
  PublishLine(BenchLoop& loop, const BenchAddress& address, EventWriter& writer,
              std::function<void()> on_ok = {});

  // Waits until it may publish.
  Result<void> open();
  void publish(std::string_view channel);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  void on_open(BenchClient& /*client*/) override {}
  void on_message(BenchClient& client, std::string_view message) override;

  BenchLoop& loop_;
  EventWriter& writer_;
  const std::function<void()> on_ok_;
  bool welcomed_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  BenchClient client_;
};

// Closed loop: each answer lets the next publish go.
class Load {
 public:
  // The channel of the load's event number 0, 1, 2 ...; the text outlives the load.
  using ChannelOf = std::function<std::string_view(std::uint64_t number)>;

  // `in_flight` publishes without an answer, shared out among `connections`.
  // REQUIRES: both at least 1.
  Load(BenchLoop& loop, const BenchAddress& address, EventWriter& writer, std::uint64_t connections,
       std::uint64_t in_flight, ChannelOf channel_of);

  // Publishes `events_max` events, or for `seconds_max` (0: however long it takes), and waits for
  // the last answer. Answers how many events it were.
  Result<std::uint64_t> run(std::uint64_t events_max, std::uint64_t seconds_max = 0);

 private:
  void publish_next(PublishLine& line);

  BenchLoop& loop_;
  const ChannelOf channel_of_;
  const std::uint64_t in_flight_;
  std::vector<std::unique_ptr<PublishLine>> lines_;
  std::uint64_t published_ = 0;  // over all runs
  std::uint64_t last_ = 0;       // this run ends there
  std::uint64_t end_ns_ = 0;     // ... or then
  std::uint64_t waiting_ = 0;    // for an answer
};

// Open loop: event number n is meant to go at begin + n / rate, and its latency counts from then,
// also when the server (or this process) was too busy to let it go.
class PacedPublisher {
 public:
  PacedPublisher(BenchLoop& loop, const BenchAddress& address, EventWriter& writer,
                 std::string channel, std::uint64_t rate_per_s);

  Result<void> open() { return line_.open(); }
  // Publishes `count` events from now on. Takes the loop's schedule.
  void start(std::uint64_t count);

  std::uint64_t intended_ns(std::uint64_t number) const {
    return begin_ns_ + number * 1'000'000'000 / rate_per_s_;
  }
  std::uint64_t acknowledged() const { return line_.acknowledged(); }

 private:
  std::optional<std::uint64_t> publish_due(std::uint64_t now_ns);

  BenchLoop& loop_;
  const std::string channel_;
  const std::uint64_t rate_per_s_;
  std::uint64_t begin_ns_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t next_ = 0;
  PublishLine line_;
};

}  // namespace courtside
