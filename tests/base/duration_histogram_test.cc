// Goal: a duration is counted in the bucket that Prometheus expects: the first whose bound is not
// below it.
#include "base/duration_histogram.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(DurationHistogram, CountsUpToAndWithTheBound) {
  DurationHistogram histogram;
  histogram.add(0);
  histogram.add(100);         // the first bound
  histogram.add(101);         // the second bucket
  histogram.add(10'000'000);  // the last bound
  histogram.add(10'000'001);  // beyond it
  const DurationHistogram::Counts counts = histogram.counts();
  EXPECT_EQ(counts.buckets[0], 2u);
  EXPECT_EQ(counts.buckets[1], 1u);
  EXPECT_EQ(counts.buckets[DurationHistogram::kBuckets - 2], 1u);
  EXPECT_EQ(counts.buckets[DurationHistogram::kBuckets - 1], 1u);
  EXPECT_EQ(counts.total(), 5u);
  EXPECT_EQ(counts.sum_us, 20'000'202u);
}

TEST(DurationHistogram, CountsOfSeveralAreAdded) {
  DurationHistogram one;
  DurationHistogram two;
  one.add(50);
  two.add(60);
  two.add(300);
  DurationHistogram::Counts sum = one.counts();
  sum += two.counts();
  EXPECT_EQ(sum.buckets[0], 2u);
  EXPECT_EQ(sum.buckets[2], 1u);
  EXPECT_EQ(sum.sum_us, 410u);
}

}  // namespace
}  // namespace courtside
