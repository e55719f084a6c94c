// Goal: a lease counts as long as it lives, and is released once.
#include "engine/admission/connection_limit.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace courtside {
namespace {

TEST(ConnectionLimit, PlacesComeFreeWithTheirLeases) {
  ConnectionLimit limit(2);
  auto first = limit.acquire("a");
  auto second = limit.acquire("a");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(limit.acquire("a"));
  EXPECT_TRUE(limit.acquire("b"));
  first.reset();
  EXPECT_TRUE(limit.acquire("a")) << "and that one goes at once";
  ConnectionLimit::Lease moved = std::move(*second);
  second.reset();
  EXPECT_TRUE(limit.acquire("a"));
  auto third = limit.acquire("a");
  EXPECT_FALSE(limit.acquire("a")) << "a lease that moved still holds its place";
  moved = ConnectionLimit::Lease();
  EXPECT_TRUE(limit.acquire("a"));
}

TEST(ConnectionLimit, ZeroIsAnyNumber) {
  ConnectionLimit limit(0);
  std::vector<ConnectionLimit::Lease> held;
  for (int i = 0; i < 1000; ++i) held.push_back(std::move(limit.acquire("a").value()));
}

}  // namespace
}  // namespace courtside
