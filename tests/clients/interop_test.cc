// Goal: programs that others wrote work with the server that was built with this, and with the
// packages that applications install.
// Which ones, and what they do, is in clients/typescript/interop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/clients/support/workspace.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(Interop, ProgramsOfOthersWork) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("npm test --workspace @courtside/interop");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
