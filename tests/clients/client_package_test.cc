// Goal: @courtside/client builds, its types and sizes hold, and its own tests pass against the
// server that was built with this. What they test, and why, is in clients/typescript/client/test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/clients/support/workspace.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ClientPackage, PassesItsOwnTests) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("NO_COLOR=1 npm test --workspace @courtside/client");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr(" passed ("));
  EXPECT_THAT(outcome.output, Not(HasSubstr(" skipped ")));
}

}  // namespace
}  // namespace courtside
