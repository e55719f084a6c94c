// Socket addresses, as text and for system calls. Threads: any.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size_bytes = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  std::uint16_t port() const;
  // The address without the port; an IPv4-mapped IPv6 address is shown as IPv4.
  std::string host() const;
};

// Empty when `host` is not a literal address.
std::optional<SocketAddress> literal_address(const std::string& host, std::uint16_t port);

// A literal address is not looked up. A name is resolved by the system, which may block.
// unavailable when it is unknown.
Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port);

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
};
// Parses "host:port" or "[host]:port". Without a port it uses `default_port`, if given. Empty when
// malformed.
std::optional<HostPort> split_host_port(std::string_view text,
                                        std::optional<std::uint16_t> default_port);
// The inverse, as text.
std::string join_host_port(std::string_view host, std::uint16_t port);

}  // namespace courtside
