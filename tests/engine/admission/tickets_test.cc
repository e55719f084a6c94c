// Goal: a ticket can be used once, in time, and identifies its holder; the number of tickets is
// bounded.
#include "engine/admission/tickets.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace courtside {
namespace {

Identity account(std::string id) {
  return {.kind = Identity::Kind::kAccount, .actor = std::move(id), .expires_s = 1000};
}

TEST(Tickets, AreGoodOnceForTheirTime) {
  Tickets tickets({.lifetime_ms = 1000, .tickets_max = 10, .per_holder_max = 0});
  const std::string first = *tickets.issue(account("42"), 0);
  const std::string second = *tickets.issue(account("43"), 500);
  EXPECT_EQ(first.size(), 36u);
  EXPECT_NE(first, second);
  const auto holder = tickets.redeem(first, 999);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->actor, "42");
  EXPECT_EQ(holder->expires_s, 1000) << "it ends when the token does";
  EXPECT_FALSE(tickets.redeem(first, 999)) << "used";
  EXPECT_FALSE(tickets.redeem(second, 1500)) << "too old";
  EXPECT_FALSE(tickets.redeem("", 0));
  EXPECT_FALSE(tickets.redeem("no ticket", 0));
  EXPECT_EQ(tickets.size(), 0u);
}

TEST(Tickets, OfOneHolderHaveABound) {
  Tickets tickets({.lifetime_ms = 1000, .tickets_max = 10, .per_holder_max = 2});
  EXPECT_TRUE(tickets.issue(account("42"), 0));
  const std::string second = *tickets.issue(account("42"), 100);
  const auto refused = tickets.issue(account("42"), 400);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::rate_limited);
  EXPECT_EQ(refused.error().details, R"({"retryafter":600})");
  EXPECT_TRUE(tickets.issue(account("43"), 400));
  Identity service = account("42");
  service.kind = Identity::Kind::kService;
  EXPECT_TRUE(tickets.issue(service, 400)) << "another one of that name";
  EXPECT_TRUE(tickets.redeem(second, 400));
  EXPECT_TRUE(tickets.issue(account("42"), 400)) << "a used one makes room";
  EXPECT_FALSE(tickets.issue(account("42"), 400));
  EXPECT_TRUE(tickets.issue(account("42"), 1000)) << "and so does time";
}

TEST(Tickets, OfAllHaveABound) {
  Tickets tickets({.lifetime_ms = 1000, .tickets_max = 3, .per_holder_max = 0});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(tickets.issue(account(std::to_string(i)), 0));
  EXPECT_EQ(tickets.issue(account("4"), 999).error().code, Code::overloaded);
  EXPECT_TRUE(tickets.issue(account("4"), 1000));
}

}  // namespace
}  // namespace courtside
