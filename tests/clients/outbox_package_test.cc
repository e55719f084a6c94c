// Goal: @courtside/outbox builds, its types hold, and its own tests pass against a real PostgreSQL
// and the server that was built with this. What they test, and why, is in
// clients/typescript/outbox/test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/postgres_server.h"

namespace courtside {
namespace {

using testing::HasSubstr;

const std::filesystem::path kWorkspace = COURTSIDE_SOURCE_DIR "/clients/typescript";

struct Outcome {
  int status = -1;
  std::string output;
};

Outcome run(const std::string& command) {
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {};
  Outcome out;
  std::array<char, 4096> buffer;
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.output.append(buffer.data(), count);
  }
  out.status = pclose(pipe);
  return out;
}

TEST(OutboxPackage, PassesItsOwnTests) {
  ASSERT_TRUE(std::filesystem::exists(kWorkspace / "node_modules/.installed")) << "run script/npm";
  const PostgresServer server({"wal_level=logical"});
  setenv("COURTSIDE_TEST_DATABASE_URL", server.url().c_str(), /*overwrite=*/1);
  // Another program where one is named, as in tests/e2e.
  setenv("COURTSIDE_TEST_BINARY", COURTSIDE_BUILT_BINARY, /*overwrite=*/0);
  const Outcome outcome =
      run("cd " + kWorkspace.string() + " && npm test --workspace @courtside/outbox");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  // Without a database or a program most of them would be skipped.
  EXPECT_THAT(outcome.output, HasSubstr("skipped 0\n"));
}

}  // namespace
}  // namespace courtside
