// A shard's runtime without threads, sockets and libuv: its turns come when the schedule says so,
// and its clock is the schedule's. A turn has the order of the real one: timers, sockets, on_wake,
// on_turn_end, writes, and last what was put off (on_drained, on_closed).
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/server/shard_runtime.h"
#include "tests/simulation/simulated_connection.h"
#include "transport/timer_wheel.h"

namespace courtside::simulation {

class SimulatedLoop final : public EventLoop {
 public:
  // `clock_ms` is the schedule's clock, and outlives it.
  explicit SimulatedLoop(const std::uint64_t& clock_ms)
      : clock_ms_(clock_ms), now_ms_(clock_ms), timers_(clock_ms) {}

  void turn();
  bool has_ended() const { return stop_requested_ && connections_.empty(); }

  // Called within wake(): the loop's thread may run before its caller does anything else.
  void set_on_woken(std::function<void()> on_woken) { on_woken_ = std::move(on_woken); }

  // Done at the end of this turn, or of the next one.
  void put_off(std::function<void()> task) { put_off_.push_back(std::move(task)); }
  SimulatedConnection& add(std::unique_ptr<SimulatedConnection> connection);
  // Null when it is gone.
  SimulatedConnection* find(ConnectionId id);

  std::size_t connection_count() const { return connections_.size(); }
  // Whether some connection is neither being closed nor waiting for an answer.
  bool has_idle_connection() const;
  std::size_t timer_count() const { return timers_.size(); }
  // What was done to a connection that had ended; empty when nothing was.
  const std::string& complaint() const { return complaint_; }

  // EventLoop
  void set_on_wake(std::function<void()> on_wake) override { on_wake_ = std::move(on_wake); }
  void set_on_turn_end(std::function<void()> on_turn_end) override {
    on_turn_end_ = std::move(on_turn_end);
  }
  void run() override;
  void request_stop() override { stop_requested_ = true; }
  void wake() override;
  TimerId start_timer(std::uint64_t delay_ms, std::function<void()> fire) override {
    return timers_.start(now_ms_, delay_ms, std::move(fire));
  }
  void cancel_timer(TimerId id) override { timers_.cancel(id); }
  void set_flush_pause_max_us(std::uint64_t /*pause_us*/) override {}
  std::uint64_t now_ms() const override { return now_ms_; }

 private:
  bool fire_timers();
  void bury();

  const std::uint64_t& clock_ms_;
  std::uint64_t now_ms_;
  TimerWheel timers_;
  std::function<void()> on_wake_;
  std::function<void()> on_turn_end_;
  std::function<void()> on_woken_;
  bool woken_ = false;
  bool stop_requested_ = false;
  std::vector<std::function<void()>> put_off_;
  std::vector<std::unique_ptr<SimulatedConnection>> connections_;
  // Those that ended in the last turn: nobody may use them any more.
  std::vector<std::unique_ptr<SimulatedConnection>> ended_;
  std::string complaint_;
};

class SimulatedRuntime final : public ShardRuntime {
 public:
  // Makes the connection of an accepted socket.
  using Accept = std::function<std::unique_ptr<SimulatedConnection>(
      SimulatedLoop&, const AcceptedSocket&, const ConnectionLimits&, ConnectionHandler&)>;

  SimulatedRuntime(const std::uint64_t& clock_ms, Accept accept)
      : loop_(clock_ms), accept_(std::move(accept)) {}

  SimulatedLoop& loop() override { return loop_; }
  Connection& adopt(AcceptedSocket socket, const ConnectionLimits& limits,
                    ConnectionHandler& handler) override {
    return loop_.add(accept_(loop_, socket, limits, handler));
  }
  void start() override {}
  void join() override { loop_.run(); }

 private:
  SimulatedLoop loop_;
  const Accept accept_;
};

}  // namespace courtside::simulation
