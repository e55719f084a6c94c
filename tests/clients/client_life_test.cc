// Goal: every kind of client survives the beginning of its life, and the clients in
// examples/clients show each event once. What is told to which client, and why, is in
// clients/typescript/life/test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/clients/support/workspace.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(ClientLife, NoClientLosesWhatCameBeforeItsFirstEvent) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  setenv("COURTSIDE_TEST_EXAMPLE", COURTSIDE_EXAMPLE_CLIENT, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("npm test --workspace @courtside/life");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
