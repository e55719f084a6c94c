#include "tests/simulation/simulated_loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace courtside::simulation {
namespace {

constexpr int kTurnsToEndMax = 1'000;

}  // namespace

void SimulatedLoop::turn() {
  now_ms_ = clock_ms_;
  bool active = fire_timers();
  // By index: a message may bring no new connection, but a wake-up below does.
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    active = connections_[i]->take_input() || active;
  }
  if (std::exchange(woken_, false)) {
    active = true;
    on_wake_();
  }
  if (active) on_turn_end_();
  for (const auto& connection : connections_) connection->flush();
  for (const auto& task : std::exchange(put_off_, {})) task();
  bury();
}

void SimulatedLoop::wake() {
  woken_ = true;
  if (on_woken_) on_woken_();
}

bool SimulatedLoop::fire_timers() {
  const auto next_ms = timers_.next_ms();
  if (!next_ms || *next_ms > now_ms_) return false;
  timers_.advance(now_ms_);
  return true;
}

void SimulatedLoop::bury() {
  for (const auto& connection : ended_) {
    if (connection->used_after_end() && complaint_.empty()) {
      complaint_ = "a connection was used after its end";
    }
    if (connection->closed_unanswered()) complaint_ = "a request was closed without an answer";
  }
  ended_.clear();
  const auto ended = std::stable_partition(connections_.begin(), connections_.end(),
                                           [](const auto& each) { return !each->has_ended(); });
  std::move(ended, connections_.end(), std::back_inserter(ended_));
  connections_.erase(ended, connections_.end());
}

void SimulatedLoop::run() {
  for (int turns = 0; !has_ended(); ++turns) {
    COURTSIDE_CHECK(turns < kTurnsToEndMax);  // a shard that was told to stop does
    turn();
  }
}

SimulatedConnection& SimulatedLoop::add(std::unique_ptr<SimulatedConnection> connection) {
  return *connections_.emplace_back(std::move(connection));
}

bool SimulatedLoop::has_idle_connection() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const auto& each) { return each->is_open() && !each->awaits_answer(); });
}

SimulatedConnection* SimulatedLoop::find(ConnectionId id) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [id](const auto& each) { return each->id() == id; });
  return found == connections_.end() ? nullptr : found->get();
}

}  // namespace courtside::simulation
