// Goal: a token that may be older than a revocation is refused, also when there are too many
// revoked accounts to remember. A token that is certainly newer is accepted.
#include "engine/access/revocations.h"

#include <gtest/gtest.h>

#include <string>

namespace courtside {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr Timestamp kAt(1000 * kSecond + 900'000);

TEST(Revocations, RefuseWhatWasMadeAtOrBeforeTheTimeAndTheLeeway) {
  Revocations revocations(5);
  EXPECT_FALSE(revocations.is_revoked("42", Timestamp(0)));
  revocations.add("42", kAt);
  for (const std::int64_t issued : {std::int64_t{0}, 900 * kSecond, 1000 * kSecond, 1001 * kSecond,
                                    1005 * kSecond, 1005 * kSecond + 900'000}) {
    EXPECT_TRUE(revocations.is_revoked("42", Timestamp(issued))) << issued;
  }
  EXPECT_FALSE(revocations.is_revoked("42", Timestamp(1005 * kSecond + 900'001)));
  EXPECT_FALSE(revocations.is_revoked("42", Timestamp(1006 * kSecond)));
  EXPECT_FALSE(revocations.is_revoked("43", Timestamp(0)));
}

// Whole seconds do not tell whether a token of the same second is older or newer.
TEST(Revocations, WithoutALeewayRefuseWhatWasMadeInTheSameSecond) {
  Revocations revocations(0);
  revocations.add("42", kAt);
  EXPECT_TRUE(revocations.is_revoked("42", Timestamp(1000 * kSecond)));
  EXPECT_TRUE(revocations.is_revoked("42", kAt));
  EXPECT_FALSE(revocations.is_revoked("42", Timestamp(1000 * kSecond + 950'000)));
  EXPECT_FALSE(revocations.is_revoked("42", Timestamp(1001 * kSecond)));
}

TEST(Revocations, KeepTheLatestOfAnAccount) {
  Revocations revocations(0);
  revocations.add("42", kAt);
  revocations.add("42", Timestamp(1));
  EXPECT_TRUE(revocations.is_revoked("42", kAt));
}

TEST(Revocations, RefuseEveryOldTokenWhenTheyCannotRememberEachAccount) {
  Revocations revocations(0, 100);
  for (int i = 1; i <= 101; ++i) revocations.add(std::to_string(i), Timestamp(i * kSecond));
  const auto forgotten = revocations.take_forgotten();
  ASSERT_TRUE(forgotten);
  EXPECT_EQ(forgotten->accounts.size(), 51u);
  EXPECT_EQ(forgotten->newest, Timestamp(51 * kSecond));
  EXPECT_FALSE(revocations.take_forgotten());
  EXPECT_EQ(revocations.size(), 50u);
  for (const char* account : {"1", "51", "101", "never revoked"}) {
    EXPECT_TRUE(revocations.is_revoked(account, Timestamp(51 * kSecond))) << account;
    EXPECT_TRUE(revocations.is_revoked(account, Timestamp(0))) << account;
  }
  EXPECT_FALSE(revocations.is_revoked("51", Timestamp(52 * kSecond)));
  EXPECT_TRUE(revocations.is_revoked("101", Timestamp(101 * kSecond)));
}

}  // namespace
}  // namespace courtside
