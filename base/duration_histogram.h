// Counts durations in fixed buckets, from 0.1 ms to 10 s, for a histogram of Prometheus.
//
// add() is two relaxed additions. Meant for what happens once in a commit or a page, not for each
// delivery.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace courtside {

class DurationHistogram {
 public:
  // The upper bounds of the buckets; the last bucket has none.
  static constexpr std::array<std::uint64_t, 16> kBoundsUs = {
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
  static constexpr std::size_t kBuckets = kBoundsUs.size() + 1;

  struct Counts {
    std::array<std::uint64_t, kBuckets> buckets{};  // each without those below it
    std::uint64_t sum_us = 0;

    std::uint64_t total() const;
    Counts& operator+=(const Counts& other);
  };

  void add(std::uint64_t duration_us);
  Counts counts() const;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

}  // namespace courtside
