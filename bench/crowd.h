// Subscribers by the thousand: each with a connection, one channel and a cursor, so that it can be
// cut off and come back. What comes is counted, and held against the log's order.
//
// Threads: the loop's.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/bench_client.h"
#include "bench/bench_loop.h"

namespace courtside {

struct Subscriber {
  std::string channel;
  std::unique_ptr<BenchClient> client;  // null before it connects and after it was cut off
  std::string epoch;                    // empty until it was live once
  std::uint64_t offset = 0;             // its cursor: the position's number
  std::uint64_t joined_offset = 0;      // where it stood when it was live for the first time
  std::uint64_t received = 0;           // events in all
  std::uint64_t subscribed_ns = 0;      // when it last asked for its events
  std::uint64_t live_ns = 0;            // when it last heard that it has them all
  std::uint32_t times_live = 0;
  std::uint32_t times_behind = 0;
  bool live = false;
  bool from_earliest = false;  // instead of `now`, while it has no cursor
};

class Crowd final : private BenchClientHandler {
 public:
  // `on_event` is called for each event, after it was counted; it may be empty.
  using OnEvent = std::function<void(std::uint32_t number, const Subscriber& subscriber)>;
  Crowd(BenchLoop& loop, const BenchAddress& address, OnEvent on_event = {});

  // Adds one that is not connected yet. Its number is its place: 0, 1, 2 ...
  Subscriber& add(std::string channel);

  // Connects all that are not, at most `opening_max` of them at a time, each from its cursor.
  // Returns when all are live.
  Result<void> open(std::size_t opening_max = kOpeningMax);
  // Cuts every connection.
  void cut();

  // Connects one of them.
  BenchClient& connect(std::uint32_t number, int receive_buffer_bytes = 0);

  std::size_t size() const { return subscribers_.size(); }
  Subscriber& at(std::size_t number) { return subscribers_[number]; }
  std::size_t live_count() const { return live_count_; }
  std::uint64_t received() const { return received_; }

  // Below what a listener's queue takes.
  static constexpr std::size_t kOpeningMax = 128;

 private:
  void on_open(BenchClient& client) override;
  void on_message(BenchClient& client, std::string_view message) override;
  void on_event(std::uint32_t number, Subscriber& subscriber, std::string_view message);
  void on_live(Subscriber& subscriber, std::string_view message);

  BenchLoop& loop_;
  const BenchAddress& address_;
  const OnEvent on_event_;
  std::deque<Subscriber> subscribers_;
  std::size_t live_count_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace courtside
