// How often each of many keys (an account, an address) may do something: a bucket of tokens a key.
//
//   RateLimit publishes({.count = 100, .per_ms = 1000});
//   if (const auto wait_ms = publishes.take(account, now_ms)) return rate_limited(*wait_ms, ...);
//
// A key begins with a full bucket of `count`, and gets one back every `per_ms / count`. What counts
// only once it is known (a log-in that failed, the events of a batch) is looked at with wait_ms()
// or take() first and paid for with spend() after: that may leave a debt, and the next ones wait
// for it.
//
// Held is one moment a key: when its bucket is full again. Beyond `entries_max` keys the one not
// spent from for longest is forgotten, and has a full bucket again: whoever has that many keys at
// hand gains a burst of each, and takes nothing away from anybody else.
//
// Threads: any. Time is the caller's, in milliseconds of a clock that does not go back; callers may
// differ by a little. Nothing is allocated for a key that is known.
#pragma once

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
    std::uint64_t count;   // so many ... 0: any number; <= 1'000'000
    std::uint64_t per_ms;  // ... in so long; <= 3'600'000
    std::size_t entries_max = 100'000;
  };
  explicit RateLimit(const Options& options);

  // How many milliseconds to wait, >= 1, when there is no token left. Looks only.
  std::optional<std::uint64_t> wait_ms(std::string_view key, std::uint64_t now_ms) const;

  // The same, and spends one token when there is one.
  std::optional<std::uint64_t> take(std::string_view key, std::uint64_t now_ms);

  // Spends tokens, there or not.
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

  const std::uint64_t token_ns_;   // for one token to come back; 0: no limit
  const std::uint64_t bucket_ns_;  // for all but one of them
  const std::size_t entries_max_;

  mutable std::mutex mutex_;
  Entries entries_;                                                 // that spent from last first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // of the entries' own keys
};

}  // namespace courtside
