// Admits the sockets that the listeners accept, and gives each to the shard with the fewest
// connections. A socket above a limit is answered, without reading its request, and closed.
//
// Threads: its loop's; refused() and exhausted() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/admission/admission.h"
#include "engine/server/commit_fan_out.h"
#include "engine/server/tls_files.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace courtside {

class Acceptor {
 public:
  // `tls` may be null: plain. All must outlive it.
  Acceptor(Loop& loop, Admission& admission, const Shards& shards, const TlsFiles* tls,
           bool proxies_send_headers)
      : loop_(loop),
        admission_(admission),
        shards_(shards),
        tls_(tls),
        proxies_send_headers_(proxies_send_headers) {}

  Result<void> listen(const ListenAddress& address);
  // The same with a socket that listens already; see Listener::adopt().
  Result<void> adopt(int fd);
  // A listener for administration: plain on loopback, otherwise with TLS. Its connections are for
  // http_admin alone.
  Result<void> listen_for_admin(const ListenAddress& address);
  // A second, plain port on 127.0.0.1, for commands on this machine. Returns its number.
  Result<std::uint16_t> listen_locally();
  void close();

  // REQUIRES of both: listen() or adopt() succeeded, and close() was not called.
  std::uint16_t port() const { return listener_->port(); }
  // REQUIRES: listen_for_admin() succeeded, and close() was not called.
  std::uint16_t admin_port() const { return admin_listener_->port(); }
  Result<int> duplicate_socket() const { return listener_->duplicate(); }

  // Sockets that were closed at once.
  std::uint64_t refused() const { return refused_; }
  // Times that no descriptor was left for a new socket.
  std::uint64_t exhausted() const { return exhausted_; }

 private:
  enum class Door : std::uint8_t { kPublic, kLocal, kAdmin };

  std::function<void(AcceptedSocket)> entrance(Door door);
  Result<std::unique_ptr<Listener>> open(const ListenAddress& address, Door door);
  void on_socket(AcceptedSocket socket, Door door);
  Shard& next_shard();
  void refuse(AcceptedSocket socket, Denial reason, const Error& error);
  void count_refused(Denial reason, const std::string& address);

  Loop& loop_;
  Admission& admission_;
  const Shards& shards_;
  const TlsFiles* const tls_;
  const bool proxies_send_headers_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Listener> local_listener_;
  std::unique_ptr<Listener> admin_listener_;
  bool admin_is_local_ = false;  // and plain
  std::size_t next_shard_ = 0;
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> exhausted_{0};
};

}  // namespace courtside
