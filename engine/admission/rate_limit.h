// Limits how often each key (an account, an address) may do something: one token bucket per key.
//
//   RateLimit publishes({.count = 100, .per_ms = 1000});
//   if (const auto wait_ms = publishes.take(account, now_ms)) return rate_limited(*wait_ms, ...);
//
// A key begins with a full bucket of `count` tokens and gets one back every `per_ms / count`. When
// the cost is known only afterwards (a failed log-in, the events of a batch), check with wait_ms()
// or take() first and call spend() later. spend() may leave a debt, for which the key's next calls
// wait.
//
// Stored is one time per key: when its bucket is full again. Beyond `entries_max` keys, the key
// that was unused longest is forgotten and has a full bucket again. A caller with that many keys
// gains one burst per key, and takes nothing from others.
//
// Threads: any. The caller passes the time, in milliseconds of a monotonic clock; callers' clocks
// may differ a little. A known key needs no allocation.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace courtside {

class RateLimit {
 public:
  struct Options {
    std::uint64_t count;   // tokens per `per_ms`; 0: unlimited; <= 1'000'000
    std::uint64_t per_ms;  // <= 3'600'000
    std::size_t entries_max = 100'000;
  };
  explicit RateLimit(const Options& options);

  // Changes Options::count. Keys keep the time at which their bucket is full again.
  void set_count(std::uint64_t count);

  // Milliseconds until the next token, >= 1; empty when there is a token. Spends nothing.
  std::optional<std::uint64_t> wait_ms(std::string_view key, std::uint64_t now_ms) const;

  // Like wait_ms(), but spends a token when there is one.
  std::optional<std::uint64_t> take(std::string_view key, std::uint64_t now_ms);

  // Spends tokens, also when there are none left.
  void spend(std::string_view key, std::uint64_t now_ms, std::uint64_t tokens = 1);

  std::size_t size() const;

 private:
  struct Entry {
    std::string key;
    std::uint64_t full_ns;  // when its bucket is full again
  };
  using Entries = std::list<Entry>;

  std::optional<std::uint64_t> wait_until(std::uint64_t full_ns, std::uint64_t now_ns) const;
  void spend_locked(std::string_view key, std::uint64_t now_ns, std::uint64_t tokens);
  std::uint64_t full_ns_of(std::string_view key) const;

  const std::uint64_t per_ms_;
  std::atomic<std::uint64_t> token_ns_{0};   // time for one token to come back; 0: unlimited
  std::atomic<std::uint64_t> bucket_ns_{0};  // time for all tokens but one
  const std::size_t entries_max_;

  mutable std::mutex mutex_;
  Entries entries_;  // most recently spent from first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // keys point into entries_
};

}  // namespace courtside
