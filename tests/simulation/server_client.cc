#include "tests/simulation/server_client.h"

#include <functional>

namespace courtside::simulation {

ServerClientCounters& ServerClientCounters::operator+=(const ServerClientCounters& other) {
  events += other.events;
  gaps += other.gaps;
  behinds += other.behinds;
  resumed += other.resumed;
  streamed += other.streamed;
  acknowledged += other.acknowledged;
  duplicates += other.duplicates;
  refused += other.refused;
  unsubscribed += other.unsubscribed;
  drained += other.drained;
  return *this;
}

ServerClient::ServerClient(std::size_t number, std::size_t account, const LogTruth& truth,
                           Random& random)
    : name_("c" + std::to_string(number)),
      address_("10.0.0." + std::to_string(number + 1)),
      account_(account),
      truth_(truth),
      random_(random) {}

void ServerClient::on_connecting(std::size_t shard) {
  state_ = State::kConnecting;
  shard_ = shard;
}

void ServerClient::on_accepted(SimulatedConnection& connection) {
  connection_ = &connection;
  state_ = State::kAsking;
  connection.request(request());
}

void ServerClient::leave(bool silently) {
  SimulatedConnection& connection = *connection_;
  connection.vanish();
  if (!silently) connection.reset();
  forget_connection();
}

// It was refused: nothing else is said on this connection.
void ServerClient::on_answer(int /*status*/) { leave(/*silently=*/false); }

void ServerClient::read() {
  const SimulatedConnection::Block block = connection_->read_block();
  digest_ = digest_ * 31 + block.bytes.size();
  digest_ = digest_ * 31 + block.log.end.value();
  hear(block);
}

void ServerClient::forget_connection() {
  connection_ = nullptr;
  state_ = State::kAway;
  on_left();
}

}  // namespace courtside::simulation
