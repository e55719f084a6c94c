// Goal: @courtside/outbox builds, its types hold, and its own tests pass against a real PostgreSQL
// and the server that was built with this. What they test, and why, is in
// clients/typescript/outbox/test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/clients/support/workspace.h"
#include "tests/support/postgres_server.h"

namespace courtside {
namespace {

using testing::HasSubstr;

TEST(OutboxPackage, PassesItsOwnTests) {
  ASSERT_TRUE(is_workspace_installed()) << "run script/npm";
  const PostgresServer server({"wal_level=logical"});
  setenv("COURTSIDE_TEST_DATABASE_URL", server.url().c_str(), /*overwrite=*/1);
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome = run_in_workspace("npm test --workspace @courtside/outbox");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  // Without a database or a program most of them would be skipped.
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
