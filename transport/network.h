// Addresses as bits, and the networks they belong to. Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

// An address's 16 bytes in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2), so
// that each address has one form.
using AddressBytes = std::array<std::uint8_t, 16>;

// Empty when the text is not a literal address. Does not allocate.
std::optional<AddressBytes> address_bytes(std::string_view text);
// The same for an address with or without a port: "192.0.2.1:80", "[2001:db8::1]:80",
// "[2001:db8::1]".
std::optional<AddressBytes> address_bytes_of_endpoint(std::string_view text);
// As text, like SocketAddress::host().
std::string address_text(const AddressBytes& bytes);
bool is_ipv4(const AddressBytes& bytes);
bool is_loopback(const AddressBytes& bytes);

// "192.0.2.7", "10.0.0.0/8", "2001:db8::/32". An IPv6 network contains no IPv4 address unless it is
// within ::ffff:0:0/96.
class Network {
 public:
  // bad_configuration when the text is neither an address nor a network, or has bits after its
  // prefix: then one of the two is a mistake.
  static Result<Network> parse(std::string_view text);

  bool contains(const AddressBytes& address) const;

 private:
  AddressBytes bytes_{};
  unsigned prefix_bits_ = 0;  // of 128
};

class NetworkList {
 public:
  static Result<NetworkList> parse(const std::vector<std::string>& texts);

  bool empty() const { return networks_.empty(); }
  // False when the text is not an address.
  bool contains(std::string_view address) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace courtside
