// Digests and random words.
//
// Names come from outside, so a caller must not be able to choose colliding digests: Hash128 is the
// first half of SHA-256. Threads: any.
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

// The digest of a pair of texts; ("a", "bc") and ("ab", "c") differ.
Hash128 hash128(std::string_view first, std::string_view second);

// SHA-256. equal_in_constant_time() takes the same time for all inputs, so that secrets can be
// compared by their digests.
using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view text);
bool equal_in_constant_time(const Sha256& a, const Sha256& b);

// SHA-256 of bytes that arrive in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void append(std::string_view bytes);
  // The digest of all appended bytes. REQUIRES: called once, and nothing is appended after it.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
// The digest in lower-case hexadecimal: "e3b0c442...".
std::string hex(const Sha256& digest);

// A random word of [a-z0-9] from the system's random source. Its first character is a letter.
std::string random_word(std::size_t length);

// Base64 with padding (RFC 4648, section 4). base64_decode returns false for malformed text.
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
