// A connection without a socket: a queue as the server has it, a kernel's buffer behind that, and a
// client at the far end who reads when the schedule says so.
//
//   Peer --send--> queue --flush--> buffer --read_block--> client
//
// It keeps Connection's promises: a call to close is followed by nothing but on_closed, which comes
// at the end of a turn; above queue_bytes_max it is congested, and on_drained says when no more.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/faults.h"
#include "tests/simulation/subscription_check.h"
#include "transport/connection.h"

namespace courtside::simulation {

class SimulatedLoop;
class SimulatedConnection;

// The client's side.
class FarEnd {
 public:
  // An answer that is no upgrade.
  virtual void on_answer(int status) = 0;
  virtual void on_upgraded() = 0;
  virtual void on_end() = 0;

 protected:
  ~FarEnd() = default;
};

class SimulatedConnection final : public Connection {
 public:
  struct Block {
    SharedBytes bytes;
    LogAtSend log;
  };
  struct Surroundings {
    Faults& faults;
    std::function<LogAtSend()> log;
    std::function<void()> interrupt;  // what other threads do while something is sent
    std::size_t buffer_bytes;         // of the kernel
  };

  // All outlive it; `client` until it leaves.
  SimulatedConnection(SimulatedLoop& loop, ConnectionId id, std::string address,
                      const ConnectionLimits& limits, ConnectionHandler& handler, FarEnd* client,
                      Surroundings around);

  // The client's calls.
  void request(HttpRequest request) { inputs_.push_back({std::move(request), {}}); }
  void say(std::string message) { inputs_.push_back({std::nullopt, std::move(message)}); }
  bool has_block() const { return !buffer_.empty(); }
  // REQUIRES: has_block().
  Block read_block();
  // The connection breaks.
  void reset();
  // The client is no more, and nobody tells the server.
  void vanish() { client_ = nullptr; }

  // The loop's calls. Whether anything happened.
  bool take_input();
  bool is_open() const { return state_ == State::kOpen; }
  bool awaits_answer() const { return is_asked_; }
  bool has_ended() const { return state_ == State::kEnded; }
  bool used_after_end() const { return used_after_end_; }
  // It was closed, though not reset, while a request waited for its answer.
  bool closed_unanswered() const { return closed_unanswered_; }

  // Connection
  ConnectionId id() const override { return id_; }
  std::string peer_address() const override { return address_; }
  void set_handler(ConnectionHandler* handler) override { handler_ = handler; }
  void read_body() override {}  // no client of the simulation sends one
  void respond(const HttpResponse& response) override;
  void start_stream(const HttpResponse& head) override;
  void end_stream() override { is_stream_ = false; }
  void accept_websocket(const HttpRequest& request, const UpgradeTerms& terms) override;
  void send(SharedBytes bytes) override;
  void flush() override;
  std::size_t queued_bytes() const override { return queued_bytes_; }
  bool congested() const override { return congested_; }
  std::uint64_t bytes_written() const override { return written_; }
  std::uint64_t bytes_acknowledged() override { return read_; }
  std::uint64_t last_heard_ms() const override;
  void pause_reading() override { is_reading_ = false; }
  void resume_reading() override { is_reading_ = true; }
  void close_websocket(std::uint16_t code, std::string_view reason) override;
  void close_after_flush() override;
  void abort() override;

 private:
  enum class State : std::uint8_t { kOpen, kClosing, kEnding, kEnded };
  struct Input {
    std::optional<HttpRequest> request;
    std::string message;
  };

  bool usable();
  void end(CloseReason reason, std::uint16_t code);
  void end_when_quiet();
  void arm_timeout(std::uint64_t delay_ms, bool of_closing);

  SimulatedLoop& loop_;
  const ConnectionId id_;
  const std::string address_;
  const ConnectionLimits limits_;
  ConnectionHandler* handler_;
  FarEnd* client_;
  const Surroundings around_;

  State state_ = State::kOpen;
  bool is_websocket_ = false;
  bool is_stream_ = false;
  bool is_asked_ = false;  // a request waits for its answer
  bool is_reading_ = true;
  bool congested_ = false;
  bool is_stuck_ = false;  // the kernel takes nothing any more
  bool used_after_end_ = false;
  bool closed_unanswered_ = false;
  TimerId timer_;
  std::uint64_t heard_ms_;
  std::deque<Input> inputs_;
  std::deque<Block> queue_;
  std::deque<Block> buffer_;
  std::size_t queued_bytes_ = 0;
  std::size_t buffered_bytes_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace courtside::simulation
