// Accepts TCP connections on one address, a bounded number per turn, and hands the sockets on.
// Threads: its loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "transport/connection.h"
#include "transport/loop.h"

namespace courtside {

// An accepted socket on its way to the loop that will own it. Closes it unless released.
class AcceptedSocket {
 public:
  AcceptedSocket(int fd, std::string peer_address);
  ~AcceptedSocket();
  AcceptedSocket(AcceptedSocket&& other) noexcept;
  AcceptedSocket& operator=(AcceptedSocket&& other) noexcept;

  const std::string& peer_address() const { return peer_address_; }

  // The peer is a proxy that begins with a PROXY header (proxy_protocol.h).
  void expect_proxy_header() { has_proxy_header_ = true; }
  bool has_proxy_header() const { return has_proxy_header_; }
  int release();

 private:
  int fd_;
  std::string peer_address_;
  bool has_proxy_header_ = false;
};

struct ListenAddress {
  std::string host;        // "127.0.0.1", "::1", "0.0.0.0"
  std::uint16_t port = 0;  // 0: any free one
  bool is_loopback() const;
};
// "127.0.0.1:8080", "[::1]:8080". bad_configuration otherwise.
Result<ListenAddress> parse_listen_address(std::string_view text);

class Listener {
 public:
  static constexpr int kAcceptsPerTurn = 64;
  // Out of file descriptors or memory, it leaves the clients in the kernel's queue for this long
  // rather than spin.
  static constexpr std::uint64_t kExhaustedPauseMs = 100;

  // unavailable when the address is taken or not ours. `on_accept` may not destroy the listener.
  static Result<std::unique_ptr<Listener>> listen(Loop& loop, const ListenAddress& address,
                                                  std::function<void(AcceptedSocket)> on_accept);
  virtual ~Listener() = default;  // closes

  virtual std::uint16_t port() const = 0;
};

// Takes a socket onto `loop` as a server's connection: on that loop's thread, which may be another
// than the listener's. `handler` outlives it; the connection owns itself until on_closed.
Connection& adopt(Loop& loop, AcceptedSocket socket, const ConnectionLimits& limits,
                  ConnectionHandler& handler);

}  // namespace courtside
