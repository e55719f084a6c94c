// The key that limits count by: an account or an address; the two never collide. Does not allocate.
// Threads: a value.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace courtside {

class LimitKey {
 public:
  // Account ids have at most 64 bytes; a longer text is cut.
  static LimitKey of_account(std::string_view actor) { return {'@', actor}; }

  // `address` as SocketAddress::host() writes it. IPv6 counts by its /64, which one subscriber owns
  // (RFC 6177).
  static LimitKey of_address(std::string_view address);

  // Valid as long as this object. Not printable: an address is raw bytes.
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  LimitKey(char kind, std::string_view text);

  static constexpr std::size_t kBytesMax = 128;
  std::array<char, kBytesMax> bytes_;
  std::size_t size_;
};

}  // namespace courtside
