// Goal: the demo builds, its evening is accepted by the server that was built with this, and a
// browser that loses its connection has everything once. What is tested, and why, is in
// examples/demo/test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/clients/support/workspace.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(Demo, PassesItsOwnTests) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  ASSERT_TRUE(
      std::filesystem::exists(COURTSIDE_SOURCE_DIR "/examples/demo/node_modules/.installed"))
      << "run script/npm";
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("NO_COLOR=1 npm test --prefix ../../examples/demo");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
