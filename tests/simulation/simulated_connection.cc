#include "tests/simulation/simulated_connection.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "tests/simulation/simulated_loop.h"

namespace courtside::simulation {

SimulatedConnection::SimulatedConnection(SimulatedLoop& loop, ConnectionId id, std::string address,
                                         const ConnectionLimits& limits, ConnectionHandler& handler,
                                         FarEnd* client, Surroundings around)
    : loop_(loop),
      id_(id),
      address_(std::move(address)),
      limits_(limits),
      handler_(&handler),
      client_(client),
      around_(std::move(around)),
      heard_ms_(loop.now_ms()) {
  arm_timeout(limits_.header_timeout_ms, /*of_closing=*/false);
}

// ---------------------------------------------------------------------------------------------
// The client.

SimulatedConnection::Block SimulatedConnection::read_block() {
  Block block = std::move(buffer_.front());
  buffer_.pop_front();
  buffered_bytes_ -= block.bytes.size();
  read_ += block.bytes.size();
  heard_ms_ = loop_.now_ms();  // its kernel confirms, and it answers pings
  return block;
}

void SimulatedConnection::reset() { end(CloseReason::kByPeer, 0); }

bool SimulatedConnection::take_input() {
  bool happened = false;
  while (!inputs_.empty() && is_reading_ && state_ == State::kOpen && !is_asked_) {
    Input input = std::move(inputs_.front());
    inputs_.pop_front();
    happened = true;
    heard_ms_ = loop_.now_ms();
    if (input.request) {
      is_asked_ = true;
      handler_->on_request(*this, *input.request);
    } else {
      handler_->on_message(*this, Opcode::kText, input.message);
    }
  }
  if (state_ == State::kClosing) end_when_quiet();
  return happened;
}

// ---------------------------------------------------------------------------------------------
// The server.

bool SimulatedConnection::usable() {
  if (state_ == State::kEnded) used_after_end_ = true;
  return state_ == State::kOpen;
}

void SimulatedConnection::respond(const HttpResponse& response) {
  if (!usable()) return;
  COURTSIDE_CHECK(is_asked_ && !is_websocket_);
  is_asked_ = false;
  if (client_ != nullptr) client_->on_answer(response.status);
  arm_timeout(limits_.keep_alive_timeout_ms, /*of_closing=*/false);
}

void SimulatedConnection::start_stream(const HttpResponse& head) {
  if (!usable()) return;
  is_stream_ = true;
  respond(head);
}

void SimulatedConnection::accept_websocket(const HttpRequest& /*request*/,
                                           const UpgradeTerms& /*terms*/) {
  if (!usable()) return;
  COURTSIDE_CHECK(is_asked_ && !is_websocket_);
  is_asked_ = false;
  is_websocket_ = true;
  if (client_ != nullptr) client_->on_upgraded();
}

void SimulatedConnection::send(SharedBytes bytes) {
  if (!usable()) return;
  if (around_.faults.strikes()) is_stuck_ = true;
  queued_bytes_ += bytes.size();
  queue_.push_back({std::move(bytes), around_.log()});
  if (queued_bytes_ > limits_.queue_bytes_max) congested_ = true;
  around_.interrupt();
}

void SimulatedConnection::flush() {
  if (state_ != State::kOpen && state_ != State::kClosing) return usable(), void();
  while (!queue_.empty() && !is_stuck_ && buffered_bytes_ < around_.buffer_bytes) {
    const std::size_t size = queue_.front().bytes.size();
    buffer_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    queued_bytes_ -= size;
    buffered_bytes_ += size;
    written_ += size;
  }
  if (!congested_ || queued_bytes_ >= limits_.queue_bytes_max / 2) return;
  congested_ = false;
  loop_.put_off([this] {
    if (state_ == State::kOpen && !congested_) handler_->on_drained(*this);
  });
}

std::uint64_t SimulatedConnection::last_heard_ms() const {
  return is_reading_ ? heard_ms_ : loop_.now_ms();
}

void SimulatedConnection::close_websocket(std::uint16_t /*code*/, std::string_view /*reason*/) {
  close_after_flush();
}

void SimulatedConnection::close_after_flush() {
  if (!usable()) return;
  closed_unanswered_ = is_asked_;
  state_ = State::kClosing;
  congested_ = false;
  arm_timeout(limits_.close_timeout_ms, /*of_closing=*/true);
}

// The client read all, and answers the close frame that stands behind it.
void SimulatedConnection::end_when_quiet() {
  if (queue_.empty() && buffer_.empty() && client_ != nullptr) end(CloseReason::kByUs, 1000);
}

void SimulatedConnection::abort() {
  if (state_ == State::kEnded) used_after_end_ = true;
  end(CloseReason::kByUs, 0);
}

void SimulatedConnection::end(CloseReason reason, std::uint16_t code) {
  if (state_ == State::kEnding || state_ == State::kEnded) return;
  state_ = State::kEnding;
  loop_.cancel_timer(timer_);
  loop_.put_off([this, reason, code] {
    FarEnd* const client = std::exchange(client_, nullptr);
    handler_->on_closed(*this, reason, code);
    state_ = State::kEnded;
    if (client != nullptr) client->on_end();
  });
}

void SimulatedConnection::arm_timeout(std::uint64_t delay_ms, bool of_closing) {
  loop_.cancel_timer(timer_);
  timer_ = loop_.start_timer(delay_ms, [&loop = loop_, id = id_, of_closing] {
    SimulatedConnection* const connection = loop.find(id);
    if (connection == nullptr) return;
    const bool is_idle =
        connection->state_ == State::kOpen && !connection->is_websocket_ && !connection->is_asked_;
    const bool is_late = connection->state_ == State::kClosing;
    if (of_closing ? is_late : is_idle) connection->end(CloseReason::kTimeout, 0);
  });
}

}  // namespace courtside::simulation
