// A fast hash of short texts, the same in every build and on every node. It is not safe against
// chosen collisions: for names from outside, use a secret seed.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace courtside {

namespace byte_hash {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

inline std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Folds both halves of the 128-bit product: one multiplication mixes 16 bytes.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace byte_hash

inline std::uint64_t hash_bytes(std::string_view text, std::uint64_t seed) {
  // Odd constants with as many ones as zeros, as in wyhash.
  constexpr std::uint64_t kFirst = 0xa0761d6478bd642f;
  constexpr std::uint64_t kSecond = 0xe7037ed1a0b428db;
  std::uint64_t hash = byte_hash::mix(seed ^ kFirst, kSecond);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 16; at += 16, left -= 16) {
    hash = byte_hash::mix(byte_hash::word_at(at) ^ kFirst, byte_hash::word_at(at + 8) ^ hash);
  }
  char rest[16] = {};
  if (left > 0) std::memcpy(rest, at, left);  // an empty view may have a null pointer
  hash = byte_hash::mix(byte_hash::word_at(rest) ^ kFirst, byte_hash::word_at(rest + 8) ^ hash);
  return byte_hash::mix(hash ^ kSecond, text.size() ^ kFirst);
}

}  // namespace courtside
