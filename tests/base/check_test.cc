// Goal: a failed check ends the process and prints its place; a passing check does nothing.
#include "base/check.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(Check, EvaluatesItsConditionOnce) {
  int calls = 0;
  COURTSIDE_CHECK(++calls > 0);
  EXPECT_EQ(calls, 1);
}

TEST(CheckDeathTest, NamesTheConditionAndThePlace) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(COURTSIDE_CHECK(1 + 1 == 3), "check_test\\.cc:[0-9]+: check failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace courtside
