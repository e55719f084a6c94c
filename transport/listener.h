// Accepts TCP connections on one address, a bounded number per turn, and passes the sockets on.
// Threads: its loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "transport/connection.h"
#include "transport/loop.h"
#include "transport/tls.h"

namespace courtside {

// An accepted socket on its way to the loop that will own it. The destructor closes it unless it
// was released.
class AcceptedSocket {
 public:
  AcceptedSocket(int fd, std::string peer_address);
  ~AcceptedSocket();
  AcceptedSocket(AcceptedSocket&& other) noexcept;
  AcceptedSocket& operator=(AcceptedSocket&& other) noexcept;

  const std::string& peer_address() const { return peer_address_; }

  // The peer is a proxy, and its bytes begin with a PROXY header (proxy_protocol.h).
  void expect_proxy_header() { has_proxy_header_ = true; }
  bool has_proxy_header() const { return has_proxy_header_; }
  // The peer's bytes are TLS, behind a PROXY header if there is one.
  void expect_tls(std::shared_ptr<const TlsContext> context) { tls_ = std::move(context); }
  const std::shared_ptr<const TlsContext>& tls() const { return tls_; }
  int release();

  // Answers a request that was not read, and closes. It never waits: what the kernel does not take
  // at once is lost, and a client that is still sending may see a reset instead. Only for plain
  // HTTP.
  void refuse(const HttpResponse& response);

 private:
  int fd_;
  std::string peer_address_;
  bool has_proxy_header_ = false;
  std::shared_ptr<const TlsContext> tls_;  // null: plain
};

struct ListenAddress {
  std::string host;        // "127.0.0.1", "::1", "0.0.0.0"
  std::uint16_t port = 0;  // 0: any free port
  bool is_loopback() const;
  std::string text() const;  // as parse_listen_address() takes it
};
// Parses "127.0.0.1:8080" or "[::1]:8080". bad_configuration otherwise.
Result<ListenAddress> parse_listen_address(std::string_view text);
// The address of a socket that another process opened. bad_configuration when `fd` is no listening
// TCP socket.
Result<ListenAddress> address_of_listening(int fd);

class Listener {
 public:
  static constexpr int kAcceptsPerTurn = 64;
  // When file descriptors or memory run out, it leaves clients in the kernel's queue for this long
  // instead of spinning.
  static constexpr std::uint64_t kExhaustedPauseMs = 100;

  // unavailable when the address is taken or not local, or when the kernel refuses to watch the
  // socket. `on_accept` must not destroy the listener.
  // `on_exhausted` is called at the beginning of each such pause.
  static Result<std::unique_ptr<Listener>> listen(Loop& loop, const ListenAddress& address,
                                                  std::function<void(AcceptedSocket)> on_accept,
                                                  std::function<void()> on_exhausted = {});
  // Accepts from a socket that listens already. Takes ownership of `fd`. REQUIRES:
  // address_of_listening(fd) succeeded. unavailable when the kernel refuses to watch the socket.
  static Result<std::unique_ptr<Listener>> adopt(Loop& loop, int fd,
                                                 std::function<void(AcceptedSocket)> on_accept,
                                                 std::function<void()> on_exhausted = {});
  virtual ~Listener() = default;  // closes

  virtual std::uint16_t port() const = 0;
  // Another descriptor of the socket, for the caller to own. While it is open, clients wait in the
  // kernel's queue after the listener is gone. unavailable when no descriptor is free.
  virtual Result<int> duplicate() const = 0;
};

// Makes the socket a server connection on `loop`. Call it on that loop's thread, which may differ
// from the listener's. REQUIRES: `handler` outlives the connection. The connection destroys itself
// after on_closed.
Connection& adopt(Loop& loop, AcceptedSocket socket, const ConnectionLimits& limits,
                  ConnectionHandler& handler);

}  // namespace courtside
