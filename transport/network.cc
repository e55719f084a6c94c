#include "transport/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/format.h"
#include "transport/address.h"

namespace courtside {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;
constexpr AddressBytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

bool same_prefix(const AddressBytes& a, const AddressBytes& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned bits_max) {
  unsigned bits = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, bits);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (bits > bits_max) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<AddressBytes> address_bytes(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  text.copy(terminated.data(), text.size());
  AddressBytes bytes = kMapped;
  if (inet_pton(AF_INET, terminated.data(), bytes.data() + kMappedBits / 8) == 1) return bytes;
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

std::optional<AddressBytes> address_bytes_of_endpoint(std::string_view text) {
  if (const auto bytes = address_bytes(text)) return bytes;
  const std::optional<HostPort> split = split_host_port(text, 0);
  return split ? address_bytes(split->host) : std::nullopt;
}

std::string address_text(const AddressBytes& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(bytes)) {
    inet_ntop(AF_INET, bytes.data() + kMappedBits / 8, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

bool is_ipv4(const AddressBytes& bytes) { return same_prefix(bytes, kMapped, kMappedBits); }

bool is_loopback(const AddressBytes& bytes) {
  constexpr AddressBytes kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes == kLoopback || (is_ipv4(bytes) && bytes[kMappedBits / 8] == 127);
}

Result<Network> Network::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(Code::bad_configuration, format("`{}` {}", text, why));
  };
  const std::size_t slash = text.find('/');
  const std::optional<AddressBytes> bytes = address_bytes(text.substr(0, slash));
  if (!bytes) return refuse("is neither an address nor a network such as 10.0.0.0/8");
  Network network;
  network.bytes_ = *bytes;
  network.prefix_bits_ = kBits;
  if (slash == std::string_view::npos) return network;

  const bool dotted = text.find(':') == std::string_view::npos;
  const unsigned before = dotted ? kMappedBits : 0;
  const auto prefix = parse_prefix(text.substr(slash + 1), kBits - before);
  if (!prefix) return refuse("has an invalid prefix length");
  network.prefix_bits_ = before + *prefix;
  for (unsigned bit = network.prefix_bits_; bit < kBits; ++bit) {
    if (((*bytes)[bit / 8] >> (7 - bit % 8) & 1) != 0) return refuse("has bits behind its prefix");
  }
  return network;
}

bool Network::contains(const AddressBytes& address) const {
  if (is_ipv4(address) && prefix_bits_ < kMappedBits) return false;
  return same_prefix(bytes_, address, prefix_bits_);
}

Result<NetworkList> NetworkList::parse(const std::vector<std::string>& texts) {
  NetworkList list;
  for (const std::string& text : texts) {
    Result<Network> network = Network::parse(text);
    if (!network) return fail(network.error());
    list.networks_.push_back(*network);
  }
  return list;
}

bool NetworkList::contains(std::string_view address) const {
  if (networks_.empty()) return false;
  const std::optional<AddressBytes> bytes = address_bytes(address);
  return bytes && std::any_of(networks_.begin(), networks_.end(),
                              [&](const Network& network) { return network.contains(*bytes); });
}

}  // namespace courtside
