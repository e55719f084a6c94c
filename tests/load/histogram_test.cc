// Goal: percentiles that can be trusted from nanoseconds to hours, off by less than 1 %.
#include "bench/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace courtside {
namespace {

TEST(LatencyHistogram, SmallValuesAreExact) {
  LatencyHistogram histogram;
  for (std::uint64_t ns = 1; ns <= 200; ++ns) histogram.record(ns);
  EXPECT_EQ(histogram.percentile_ns(0.5), 1u);
  EXPECT_EQ(histogram.percentile_ns(50), 100u);
  EXPECT_EQ(histogram.percentile_ns(99), 198u);
  EXPECT_EQ(histogram.percentile_ns(100), 200u);
  EXPECT_EQ(histogram.max_ns(), 200u);
  EXPECT_EQ(histogram.count(), 200u);
}

TEST(LatencyHistogram, NothingRecordedIsZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.percentile_ns(99), 0u);
  EXPECT_EQ(histogram.max_ns(), 0u);
}

// Every width of bucket, at its first and last value.
TEST(LatencyHistogram, OneValueIsFoundWithinOnePercent) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t ns : {(std::uint64_t{1} << bits) - 1, std::uint64_t{1} << bits,
                                   (std::uint64_t{1} << bits) + (std::uint64_t{1} << bits) / 3}) {
      LatencyHistogram histogram;
      histogram.record(ns);
      histogram.record(UINT64_MAX);  // so that the maximum does not correct the answer
      const std::uint64_t found = histogram.percentile_ns(50);
      EXPECT_GE(found, ns);
      EXPECT_LE(found - ns, ns / 100) << ns;
    }
  }
}

TEST(LatencyHistogram, PercentilesAreThoseOfTheSortedValues) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> latency_ns(12, 2);  // about 0.2 ms, with a long end
  LatencyHistogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(latency_ns(random)));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
    const auto place = static_cast<std::size_t>(std::lround(percent * 1000)) - 1;
    const auto exact = static_cast<double>(values[place]);
    EXPECT_NEAR(static_cast<double>(histogram.percentile_ns(percent)), exact, exact / 100)
        << percent;
  }
  EXPECT_EQ(histogram.percentile_ns(100), values.back());
}

}  // namespace
}  // namespace courtside
