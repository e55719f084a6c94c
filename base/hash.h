// 128-bit digests of names that come from outside, so they must not be steerable: the first half of
// SHA-256. Threads: any.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace courtside {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

// The digest of two texts; ("a", "bc") and ("ab", "c") differ.
Hash128 hash128(std::string_view first, std::string_view second);

// SHA-256 of the text, and whether two such digests are the same: in a time that tells nothing
// about where they differ, so that secrets can be compared by their digests.
using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view text);
bool equal_in_constant_time(const Sha256& a, const Sha256& b);

// The same of what comes in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void append(std::string_view bytes);
  // Of all that was appended. Once.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
// "e3b0c442...": lower case.
std::string hex(const Sha256& digest);

// A short random word of [a-z0-9], from the system's random source. Its first character is a
// letter.
std::string random_word(std::size_t length);

// Base64 with padding (RFC 4648, section 4), and back: empty optional-like "false" when malformed.
std::string base64_encode(std::string_view bytes);
bool base64_decode(std::string_view text, std::string& out);

// SHA-1 of the text, 20 bytes: for the WebSocket handshake only (RFC 6455, section 4.2.2).
std::string sha1(std::string_view text);

}  // namespace courtside

template <>
struct std::hash<courtside::Hash128> {
  std::size_t operator()(const courtside::Hash128& digest) const noexcept {
    return static_cast<std::size_t>(digest.low);
  }
};
