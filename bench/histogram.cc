#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace courtside {

// A value keeps its highest 8 bits; how many lower ones it lost numbers its doubling.
std::size_t LatencyHistogram::bucket_of(std::uint64_t ns) {
  const auto bits = static_cast<int>(std::bit_width(ns));
  const int lost = std::max(0, bits - (kHalfBits + 1));
  return static_cast<std::size_t>(lost) * kHalf + static_cast<std::size_t>(ns >> lost);
}

std::uint64_t LatencyHistogram::last_value_of(std::size_t bucket) {
  if (bucket < 2 * kHalf) return bucket;
  const std::size_t lost = bucket / kHalf - 1;
  const std::uint64_t kept = bucket - lost * kHalf;
  return (kept << lost) + ((std::uint64_t{1} << lost) - 1);
}

void LatencyHistogram::record(std::uint64_t ns) {
  ++counts_[bucket_of(ns)];
  ++count_;
  max_ns_ = std::max(max_ns_, ns);
}

std::uint64_t LatencyHistogram::percentile_ns(double percent) const {
  COURTSIDE_CHECK(percent > 0 && percent <= 100);
  // 99.9 is no binary fraction: without the rounding its product would be a hair above the number.
  const double exact = percent / 100 * static_cast<double>(count_);
  const auto wanted = static_cast<std::uint64_t>(std::ceil(exact - 1e-6));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += counts_[bucket];
    if (seen > 0 && seen >= wanted) return std::min(last_value_of(bucket), max_ns_);
  }
  return max_ns_;
}

}  // namespace courtside
