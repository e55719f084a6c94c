#include "transport/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/format.h"

namespace courtside {
namespace {

constexpr std::string_view kMappedPrefix = "::ffff:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return port;
}

template <typename Address>
SocketAddress stored(const Address& address) {
  SocketAddress result;
  std::memcpy(&result.storage, &address, sizeof(address));
  result.size_bytes = sizeof(address);
  return result;
}

template <typename Address>
Address loaded(const SocketAddress& address) {
  Address result{};
  std::memcpy(&result, &address.storage, sizeof(result));
  return result;
}

}  // namespace

std::uint16_t SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? loaded<sockaddr_in6>(*this).sin6_port
                                    : loaded<sockaddr_in>(*this).sin_port);
}

std::string SocketAddress::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET6) {
    const auto address = loaded<sockaddr_in6>(*this);
    inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
  } else {
    const auto address = loaded<sockaddr_in>(*this);
    inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  }
  std::string_view host = text.data();
  const bool mapped = host.starts_with(kMappedPrefix) && host.find('.') != std::string_view::npos;
  if (mapped) host.remove_prefix(kMappedPrefix.size());
  return std::string(host);
}

std::optional<SocketAddress> literal_address(const std::string& host, std::uint16_t port) {
  if (host.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop at it
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return stored(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return stored(v6);
  return std::nullopt;
}

Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port) {
  if (const auto literal = literal_address(host, port)) {
    return std::vector<SocketAddress>{*literal};
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return fail(Code::unavailable, format("cannot find {}: {}", host, gai_strerror(error)));
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size_bytes = entry->ai_addrlen;
  }
  freeaddrinfo(found);
  return addresses;
}

std::optional<HostPort> split_host_port(std::string_view text,
                                        std::optional<std::uint16_t> default_port) {
  std::string_view host;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    host = text.substr(0, text.find(':'));
    rest = text.substr(host.size());
  }
  if (host.empty()) return std::nullopt;
  if (rest.empty()) {
    if (!default_port) return std::nullopt;
    return HostPort{std::string(host), *default_port};
  }
  const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  return HostPort{std::string(host), *port};
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
  std::string text;
  const bool bracketed = host.find(':') != std::string_view::npos;
  if (bracketed) text.push_back('[');
  text.append(host);
  if (bracketed) text.push_back(']');
  text.push_back(':');
  return text.append(std::to_string(port));
}

}  // namespace courtside
