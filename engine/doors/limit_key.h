// What somebody counts as in the limits: an account or an address, which never mean one another.
// Made without allocating. Threads: a value.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace courtside {

class LimitKey {
 public:
  // The id, of which an account has at most 64 bytes; of a longer text the first ones count.
  static LimitKey of_account(std::string_view actor) { return {'@', actor}; }

  // `address` as SocketAddress::host() writes it. IPv6 counts by its /64: one subscriber has all of
  // it (RFC 6177).
  static LimitKey of_address(std::string_view address);

  // Valid as long as this is. For no eyes: an address is in bytes.
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  LimitKey(char kind, std::string_view text);

  static constexpr std::size_t kBytesMax = 128;
  std::array<char, kBytesMax> bytes_;
  std::size_t size_;
};

}  // namespace courtside
