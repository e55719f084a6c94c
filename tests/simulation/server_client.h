// A client of a simulated server, whatever it speaks: it connects, may leave with or without a
// word, and reads what came when the schedule says so.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/simulation/log_truth.h"
#include "tests/simulation/random.h"
#include "tests/simulation/simulated_connection.h"

namespace courtside::simulation {

struct ServerClientCounters {
  std::uint64_t events = 0;
  std::uint64_t gaps = 0;
  std::uint64_t behinds = 0;
  std::uint64_t resumed = 0;
  std::uint64_t streamed = 0;  // events of streams
  std::uint64_t acknowledged = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t refused = 0;       // publishes and subscribes
  std::uint64_t unsubscribed = 0;  // by the server: a right ended
  std::uint64_t drained = 0;

  ServerClientCounters& operator+=(const ServerClientCounters& other);
};

class ServerClient : public FarEnd {
 public:
  enum class State : std::uint8_t { kAway, kConnecting, kAsking, kGreeting, kIn };

  // Both must outlive it.
  ServerClient(std::size_t number, std::size_t account, const LogTruth& truth, Random& random);
  virtual ~ServerClient() = default;

  const std::string& address() const { return address_; }
  State state() const { return state_; }
  std::size_t shard() const { return shard_; }

  void on_connecting(std::size_t shard);
  void on_accepted(SimulatedConnection& connection);
  void on_refused() { state_ = State::kAway; }
  // Its connection breaks, or it vanishes without a word. REQUIRES: it is connected.
  void leave(bool silently);

  // Something that a client does.
  virtual void act() {}
  // Asks for all that it wants and does not have.
  virtual void want_all() {}
  // Reads what came, one block. REQUIRES: has_unread().
  void read();
  bool has_unread() const { return connection_ != nullptr && connection_->has_block(); }

  // What it is still waiting for, or empty: to be asked when everything is at rest.
  virtual std::string check_rest() const = 0;
  virtual std::string complaint() const = 0;
  virtual ServerClientCounters counters() const = 0;
  std::uint64_t digest() const { return digest_; }

  // FarEnd
  void on_answer(int status) override;
  void on_upgraded() override {}
  void on_end() override { forget_connection(); }

 protected:
  // Its first request.
  virtual HttpRequest request() = 0;
  virtual void hear(const SimulatedConnection::Block& block) = 0;
  // What belonged to the connection is over.
  virtual void on_left() = 0;

  void say(std::string message) { connection_->say(std::move(message)); }
  void set_state(State state) { state_ = state; }
  const std::string& name() const { return name_; }
  std::size_t account() const { return account_; }
  const LogTruth& truth() const { return truth_; }
  Random& random() { return random_; }

 private:
  void forget_connection();

  const std::string name_;
  const std::string address_;
  const std::size_t account_;
  const LogTruth& truth_;
  Random& random_;
  State state_ = State::kAway;
  std::size_t shard_ = 0;
  SimulatedConnection* connection_ = nullptr;
  std::uint64_t digest_ = 0;
};

}  // namespace courtside::simulation
