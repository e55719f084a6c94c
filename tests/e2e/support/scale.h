// The size of long tests. Sanitized builds, and COURTSIDE_TEST_E2E=short, run a short form: the
// same story with fewer clients, cuts and events.
#pragma once

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace courtside::e2e {

constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
  return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  return false;
#endif
}

inline bool is_short() {
  const char* chosen = std::getenv("COURTSIDE_TEST_E2E");
  return chosen != nullptr ? std::string_view(chosen) == "short" : is_sanitized();
}

// COURTSIDE_TEST_E2E=long: as large as what is promised, for script/check and for people.
inline bool is_long() {
  const char* chosen = std::getenv("COURTSIDE_TEST_E2E");
  return chosen != nullptr && std::string_view(chosen) == "long";
}

inline int scaled(int full, int small) { return is_short() ? small : full; }

// The seed of this run: COURTSIDE_TEST_SEED, or a fixed one. A test that uses it prints it.
inline std::uint64_t seed() {
  const char* chosen = std::getenv("COURTSIDE_TEST_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 20'261'101;
}

using Random = std::mt19937_64;

// A number in [0, below).
inline std::size_t pick(Random& random, std::size_t below) { return random() % below; }

}  // namespace courtside::e2e
