// Latencies, counted in buckets whose width grows with the value: 128 to each doubling, so that a
// percentile is off by less than 1 % whatever its size, in 60 KB whatever the count.
//
//   0 1 2 ... 255 | 256 258 260 ... 510 | 512 516 ... | ...
//     width 1     |      width 2        |   width 4   |
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace courtside {

class LatencyHistogram {
 public:
  void record(std::uint64_t ns);

  std::uint64_t count() const { return count_; }
  std::uint64_t max_ns() const { return max_ns_; }

  // The smallest recorded value, to the width of its bucket and never above max_ns(), that
  // `percent` percent of all values do not exceed. 0 when nothing was recorded.
  // REQUIRES: 0 < percent <= 100.
  std::uint64_t percentile_ns(double percent) const;

 private:
  static constexpr int kHalfBits = 7;
  static constexpr std::size_t kHalf = std::size_t{1} << kHalfBits;
  static constexpr std::size_t kBuckets = (64 - kHalfBits + 1) * kHalf;

  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t last_value_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace courtside
