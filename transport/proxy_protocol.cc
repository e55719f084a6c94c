#include "transport/proxy_protocol.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/format.h"
#include "transport/address.h"

namespace courtside {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kV1Begin = "PROXY ";
constexpr std::string_view kV2Begin = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kV2HeadBytes = 16;

using Client = std::optional<std::string>;

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(Code::bad_request, format("PROXY header: {}", why));
}

std::uint8_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

std::size_t v2_bytes(std::string_view head) {
  return kV2HeadBytes + (static_cast<std::size_t>(byte_at(head, 14)) << 8 | byte_at(head, 15));
}

// Compares as far as the shorter one reaches.
bool agree(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return a.substr(0, size) == b.substr(0, size);
}

// "0" ... "65535", without a sign or leading zeros.
bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == end &&
         (text == "0" || text.front() != '0');
}

// Section 2.1.
Result<Client> v1_client(std::string_view line) {
  constexpr std::size_t kFields = 5;  // protocol, source, destination, their ports
  line.remove_prefix(kV1Begin.size());
  if (!line.ends_with("\r\n")) return malformed("its line does not end in CR LF");
  line.remove_suffix(2);
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return Client();

  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t end = std::min(line.find(' '), line.size());
    fields[i] = line.substr(0, end);
    const bool is_last = i + 1 == kFields;
    if (is_last != (end == line.size())) return malformed("its line does not have five fields");
    line.remove_prefix(is_last ? end : end + 1);
  }
  const int family = fields[0] == "TCP4" ? AF_INET : fields[0] == "TCP6" ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC) return malformed("unknown protocol");
  const auto source = literal_address(std::string(fields[1]), 0);
  const auto destination = literal_address(std::string(fields[2]), 0);
  if (!source || !destination || source->family() != family || destination->family() != family) {
    return malformed("its addresses do not match its protocol");
  }
  if (!is_port(fields[3]) || !is_port(fields[4])) return malformed("malformed ports");
  return Client(source->host());
}

template <typename Address, typename Bytes>
Client client_of(int family, Bytes Address::*member, sa_family_t Address::*family_member,
                 std::string_view bytes) {
  Address address{};
  address.*family_member = static_cast<sa_family_t>(family);
  std::memcpy(&(address.*member), bytes.data(), sizeof(Bytes));
  SocketAddress stored;
  std::memcpy(&stored.storage, &address, sizeof(address));
  stored.size_bytes = sizeof(address);
  return stored.host();
}

// Section 2.2.
Result<Client> v2_client(std::string_view header) {
  constexpr std::uint8_t kLocal = 0x20;  // version and command
  constexpr std::uint8_t kProxy = 0x21;
  const std::uint8_t command = byte_at(header, 12);
  const std::uint8_t protocol = byte_at(header, 13);
  const std::string_view addresses = header.substr(kV2HeadBytes);
  if (command == kLocal) return Client();
  if (command != kProxy) return malformed("unknown version or command");
  const auto lacks = [&addresses](std::size_t bytes) { return addresses.size() < bytes; };
  switch (protocol) {
    case 0x00: return Client();
    case 0x11:
      if (lacks(12)) break;
      return client_of(AF_INET, &sockaddr_in::sin_addr, &sockaddr_in::sin_family, addresses);
    case 0x21:
      if (lacks(36)) break;
      return client_of(AF_INET6, &sockaddr_in6::sin6_addr, &sockaddr_in6::sin6_family, addresses);
    case 0x31:
      if (lacks(216)) break;
      return Client();
    default: return malformed("unknown protocol");  // datagrams too: this is a stream
  }
  return malformed("too short for its addresses");
}

}  // namespace

Result<ProxyHeaderParser::Progress> ProxyHeaderParser::feed(std::string_view input) {
  Progress progress;
  // Byte by byte: the header is short, comes once, and no byte after it may be consumed.
  while (progress.consumed < input.size()) {
    header_.push_back(input[progress.consumed++]);
    const Result<bool> whole = is_whole();
    if (!whole) return fail(whole.error());
    if (!*whole) continue;
    Result<Client> found = client();
    if (!found) return fail(found.error());
    progress.client = std::move(*found);
    progress.done = true;
    break;
  }
  return progress;
}

Result<bool> ProxyHeaderParser::is_whole() const {
  if (agree(header_, kV1Begin)) {
    if (header_.back() == '\n') return true;
    if (header_.size() >= kV1BytesMax) return malformed("its line is too long");
    return false;
  }
  if (!agree(header_, kV2Begin)) return malformed("there is none");
  if (header_.size() < kV2HeadBytes) return false;
  if (v2_bytes(header_) > kV2BytesMax) return malformed("it is too long");
  return header_.size() == v2_bytes(header_);
}

Result<Client> ProxyHeaderParser::client() const {
  return header_.front() == 'P' ? v1_client(header_) : v2_client(header_);
}

}  // namespace courtside
