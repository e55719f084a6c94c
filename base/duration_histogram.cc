#include "base/duration_histogram.h"

#include <algorithm>
#include <numeric>

namespace courtside {

std::uint64_t DurationHistogram::Counts::total() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

DurationHistogram::Counts& DurationHistogram::Counts::operator+=(const Counts& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets[i] += other.buckets[i];
  sum_us += other.sum_us;
  return *this;
}

void DurationHistogram::add(std::uint64_t duration_us) {
  const auto* bound = std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), duration_us);
  const auto bucket = static_cast<std::size_t>(bound - kBoundsUs.begin());
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(duration_us, std::memory_order_relaxed);
}

DurationHistogram::Counts DurationHistogram::counts() const {
  Counts out;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    out.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
  }
  out.sum_us = sum_us_.load(std::memory_order_relaxed);
  return out;
}

}  // namespace courtside
