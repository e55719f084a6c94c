// Load: publishers that remember every answer, at a pace that does not wait for answers.
//
// Threads: each class belongs to one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/test_session.h"
#include "tests/e2e/support/wait.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {

// An open loop: step n is due at start + n * interval; a late step runs at once.
class Pace {
 public:
  explicit Pace(std::chrono::microseconds interval) : interval_(interval) {}
  void next() {
    due_ += interval_;
    std::this_thread::sleep_until(due_);
  }

 private:
  std::chrono::microseconds interval_;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
};

// Connects to a server that may be down now: retries with a bound.
Session connect_patiently(std::uint16_t port, const WsClient::Options& options = {});

// Publishes events 0, 1, 2 ... over WebSocket with many in flight. When the connection is cut, it
// reconnects and repeats unanswered events with the same ids, as PROTOCOL.md requires. Ids are
// `name-n`.
class Publisher {
 public:
  using MakeDraft = std::function<Draft(std::uint64_t n)>;  // `id` is filled in

  struct Acknowledged {
    std::string position;
    bool duplicate = false;
  };

  Publisher(std::uint16_t port, std::string name, MakeDraft make, WsClient::Options options = {})
      : port_(port), name_(std::move(name)), make_(std::move(make)), options_(std::move(options)) {}

  // Sends `burst` events at each step until stopped; then waits for every answer.
  void run(const Workers& workers, Pace pace, int burst);

  // By id. run() fails if one id got two positions.
  const std::map<std::string, Acknowledged>& acknowledged() const { return acknowledged_; }

 private:
  static constexpr std::size_t kInFlightMax = 512;

  void connect();
  void send(std::uint64_t n);
  void read_answers(Deadline deadline);
  void read_answer(const Json& answer);

  std::uint16_t port_;
  std::string name_;
  MakeDraft make_;
  WsClient::Options options_;
  std::optional<Session> session_;
  std::uint64_t next_ = 0;
  std::set<std::uint64_t> in_flight_;
  std::map<std::string, Acknowledged> acknowledged_;
};

}  // namespace courtside::e2e
