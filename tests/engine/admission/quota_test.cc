// Goal: a lease holds its amount as long as it lives, and gives it back once.
#include "engine/admission/quota.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace courtside {
namespace {

TEST(Quota, PlacesComeFreeWithTheirLeases) {
  Quota quota(2);
  auto first = quota.acquire("a");
  auto second = quota.acquire("a");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(quota.acquire("a"));
  EXPECT_TRUE(quota.acquire("b"));
  first.reset();
  EXPECT_TRUE(quota.acquire("a")) << "and that one goes at once";
  Quota::Lease moved = std::move(*second);
  second.reset();
  EXPECT_TRUE(quota.acquire("a"));
  auto third = quota.acquire("a");
  EXPECT_FALSE(quota.acquire("a")) << "a lease that moved still holds its place";
  moved = Quota::Lease();
  EXPECT_TRUE(quota.acquire("a"));
}

TEST(Quota, AmountsAddUpForEachKey) {
  Quota quota(100);
  auto most = quota.acquire("a", 70);
  EXPECT_FALSE(quota.acquire("a", 31));
  auto rest = quota.acquire("a", 30);
  EXPECT_TRUE(most && rest);
  auto other = quota.acquire("b", 100);
  EXPECT_TRUE(other);
  EXPECT_EQ(quota.held(), 200u);
  EXPECT_FALSE(quota.acquire("c", 101)) << "more than anybody may hold";
  most.reset();
  EXPECT_EQ(quota.held(), 130u);
  EXPECT_TRUE(quota.acquire("a", 70));
}

TEST(Quota, ZeroIsAnyNumber) {
  Quota quota(0);
  std::vector<Quota::Lease> held;
  for (int i = 0; i < 1000; ++i) held.push_back(std::move(quota.acquire("a").value()));
}

}  // namespace
}  // namespace courtside
