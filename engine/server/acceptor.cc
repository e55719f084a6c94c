#include "engine/server/acceptor.h"

#include <string>
#include <utility>

#include "engine/http/problem.h"

namespace courtside {

std::function<void(AcceptedSocket)> Acceptor::entrance(Door door) {
  return [this, door](AcceptedSocket socket) { on_socket(std::move(socket), door); };
}

Result<std::unique_ptr<Listener>> Acceptor::open(const ListenAddress& address, Door door) {
  return Listener::listen(loop_, address, entrance(door), [this] { ++exhausted_; });
}

Result<void> Acceptor::listen(const ListenAddress& address) {
  Result<std::unique_ptr<Listener>> listener = open(address, Door::kPublic);
  if (!listener) return fail(listener.error());
  listener_ = std::move(*listener);
  return {};
}

Result<void> Acceptor::adopt(int fd) {
  Result<std::unique_ptr<Listener>> listener =
      Listener::adopt(loop_, fd, entrance(Door::kPublic), [this] { ++exhausted_; });
  if (!listener) return fail(listener.error());
  listener_ = std::move(*listener);
  return {};
}

Result<void> Acceptor::listen_for_admin(const ListenAddress& address) {
  Result<std::unique_ptr<Listener>> listener = open(address, Door::kAdmin);
  if (!listener) return fail(listener.error());
  admin_listener_ = std::move(*listener);
  admin_is_local_ = address.is_loopback();
  return {};
}

Result<std::uint16_t> Acceptor::listen_locally() {
  Result<std::unique_ptr<Listener>> listener = open({.host = "127.0.0.1", .port = 0}, Door::kLocal);
  if (!listener) return fail(listener.error());
  local_listener_ = std::move(*listener);
  return local_listener_->port();
}

void Acceptor::close() {
  listener_.reset();
  local_listener_.reset();
  admin_listener_.reset();
}

// Starts after the last chosen shard: the counts lag behind in a burst of connections.
Shard& Acceptor::next_shard() {
  Shard* least = nullptr;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Shard& shard = *shards_[(next_shard_ + i) % shards_.size()];
    if (least == nullptr || shard.stats().connections < least->stats().connections) least = &shard;
  }
  ++next_shard_;
  return *least;
}

void Acceptor::on_socket(AcceptedSocket socket, Door door) {
  const std::string address = socket.peer_address();
  const bool is_admin = door == Door::kAdmin;
  const bool is_local = door == Door::kLocal || (is_admin && admin_is_local_);
  if (!is_admin && !admission_.admits_peer(address))
    return count_refused(Denial::kExposure, address);
  if (tls_ != nullptr && !is_local) socket.expect_tls(tls_->context());
  Admission::ConnectionLeases places;
  // Operators connect also when memory is short.
  if (door == Door::kPublic && admission_.memory().is_exceeded()) {
    Result<Admission::MonitorLeases> of_monitors = admission_.lease_monitor(address);
    if (!of_monitors) return refuse(std::move(socket), Denial::kConnections, of_monitors.error());
    places.is_for_monitor = true;
    places.of_monitors = std::move(*of_monitors);
  }
  Result<Quota::Lease> of_all = admission_.lease_connection();
  if (!of_all) return refuse(std::move(socket), Denial::kConnections, of_all.error());
  if (door == Door::kPublic && admission_.is_proxy(address)) {
    if (proxies_send_headers_) socket.expect_proxy_header();
  } else {
    Result<Quota::Lease> taken = admission_.lease_address(address);
    if (!taken) return refuse(std::move(socket), Denial::kConnections, taken.error());
    places.of_address = std::move(*taken);
  }
  places.of_all = std::move(*of_all);
  const bool posted = next_shard().post_socket({std::move(socket), std::move(places), is_admin});
  if (!posted) count_refused(Denial::kConnections, address);
}

// The answer costs one system call, and nothing is kept of the client.
void Acceptor::refuse(AcceptedSocket socket, Denial reason, const Error& error) {
  count_refused(reason, socket.peer_address());
  if (!socket.tls()) socket.refuse(problem(error));
}

void Acceptor::count_refused(Denial reason, const std::string& address) {
  ++refused_;
  admission_.denials().count(reason, 0, address, loop_.now_ms());
}

}  // namespace courtside
