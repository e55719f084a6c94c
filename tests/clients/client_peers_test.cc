// Goal: clients of several makes, behind real proxies, handle each event once, however often they
// are cut. This is the short form; which clients and proxies, and the long form, are in
// clients/typescript/life/peers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/clients/support/workspace.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(ClientPeers, LoseAndDoubleNothingBehindProxies) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("npm run peers --workspace @courtside/life");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
