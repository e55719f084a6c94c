// Goal: a key that exceeds its rate gets the time to wait; other keys are not affected; memory is
// bounded for any number of keys.
#include "engine/admission/rate_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace courtside {
namespace {

constexpr std::uint64_t kDayMs = 86'400'000;

// How many of `tries` succeed at this moment.
int taken(RateLimit& limit, std::string_view key, std::uint64_t now_ms, int tries = 1000) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limit.take(key, now_ms) ? 0 : 1;
  return count;
}

TEST(RateLimit, ABurstGoesThroughAndThenOneByOne) {
  RateLimit limit({.count = 100, .per_ms = 1000});
  EXPECT_EQ(taken(limit, "42", kDayMs), 100);
  EXPECT_EQ(limit.take("42", kDayMs), 10u);
  EXPECT_EQ(limit.take("42", kDayMs + 9), 1u);
  EXPECT_EQ(taken(limit, "42", kDayMs + 10), 1);
  EXPECT_EQ(taken(limit, "42", kDayMs + 60), 5);
  EXPECT_EQ(taken(limit, "42", 2 * kDayMs), 100) << "a bucket holds no more than it began with";
}

TEST(RateLimit, WhoWaitsAsToldGoesThroughAndOthersNeverWait) {
  RateLimit limit({.count = 30, .per_ms = 60'000});
  EXPECT_EQ(taken(limit, "192.0.2.1", 1), 30);
  const auto wait_ms = limit.take("192.0.2.1", 1);
  ASSERT_EQ(wait_ms, 2000u);
  EXPECT_TRUE(limit.take("192.0.2.1", *wait_ms));
  EXPECT_FALSE(limit.take("192.0.2.1", 1 + *wait_ms));
  EXPECT_FALSE(limit.take("192.0.2.2", 1));
}

TEST(RateLimit, LookingSpendsNothingAndSpendingLeavesADebt) {
  RateLimit limit({.count = 10, .per_ms = 1000});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limit.wait_ms("42", 5));
  EXPECT_EQ(limit.size(), 0u);
  limit.spend("42", 5, 30);
  EXPECT_EQ(limit.wait_ms("42", 5), 2100u);
  EXPECT_EQ(limit.wait_ms("42", 2104), 1u);
  EXPECT_FALSE(limit.wait_ms("42", 2105));
}

TEST(RateLimit, WithoutALimitNothingIsHeld) {
  RateLimit limit({.count = 0, .per_ms = 1000});
  EXPECT_EQ(taken(limit, "42", 0), 1000);
  limit.spend("42", 0, 1'000'000);
  EXPECT_FALSE(limit.wait_ms("42", 0));
  EXPECT_EQ(limit.size(), 0u);
}

TEST(RateLimit, ALimitOfOneIsOne) {
  RateLimit limit({.count = 1, .per_ms = 1000});
  EXPECT_EQ(taken(limit, "42", 7), 1);
  EXPECT_EQ(limit.take("42", 7), 1000u);
}

TEST(RateLimit, ForgetsWhoSpentNothingForLongestWhenFull) {
  RateLimit limit({.count = 1, .per_ms = 1000, .entries_max = 3});
  for (const char* key : {"a", "b", "c"}) EXPECT_FALSE(limit.take(key, 0));
  limit.spend("a", 0);
  EXPECT_FALSE(limit.take("d", 0)) << "the new one is served";
  EXPECT_EQ(limit.size(), 3u);
  EXPECT_FALSE(limit.wait_ms("b", 0)) << "which was forgotten";
  for (const char* key : {"a", "c", "d"}) EXPECT_TRUE(limit.wait_ms(key, 0)) << key;
  for (int i = 0; i < 1000; ++i) limit.spend("flood " + std::to_string(i), 0);
  EXPECT_EQ(limit.size(), 3u);
}

TEST(RateLimit, ManyThreadsTogetherGetNoMoreThanThereIs) {
  RateLimit limit({.count = 500, .per_ms = 1000});
  std::atomic<int> total = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { total += taken(limit, "42", 1); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, 500);
}

}  // namespace
}  // namespace courtside
