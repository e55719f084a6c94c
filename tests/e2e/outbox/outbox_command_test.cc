// Goal: `courtside outbox` reports its result by exit status, with data on stdout and everything
// else on stderr.
#include "tests/e2e/outbox/support/outbox_command.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace courtside::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(OutboxInstallCommand, PrintsWithoutADatabase) {
  EXPECT_THAT(outbox_command({"install", "--role", "reader"}),
              testing::AllOf(StartsWith("0: -- "), HasSubstr("TO \"reader\";\n")));
}

TEST(OutboxInstallCommand, AppliesAndPrintsNothingButWhere) {
  postgres().start();
  const std::string database = postgres().create_database();
  const std::string url = postgres().url(database);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(outbox_command({"install", "--apply", "--notify", "--url", url}),
              "0: " + url + " is ready for platform\n");
  }
  EXPECT_EQ(postgres().sql(database, R"(SELECT count(*) FROM "EventOutbox")"), "0");
  EXPECT_EQ(outbox_command({"install", "--apply", "--role", "nobody", "--url", url}),
            "78: courtside: " + url + ": role \"nobody\" does not exist\n");
  EXPECT_THAT(outbox_command({"install", "--apply", "--url", "host=127.0.0.1 port=1"}),
              StartsWith("69: courtside: host=127.0.0.1 port=1: "));
}

// The command lines of docs/postgres.md, word for word.
TEST(OutboxInstallCommand, ThePipeOfTheManualMakesADatabaseReady) {
  std::ifstream page(std::string(COURTSIDE_SOURCE_DIR) + "/docs/postgres.md");
  std::string role;
  std::string line;
  while (std::getline(page, line) && line.rfind("courtside outbox install", 0) != 0) {
    if (line.rfind("psql \"$ADMIN_URL\" -c \"CREATE ROLE courtside", 0) == 0) role = line;
  }
  ASSERT_THAT(line, HasSubstr("| psql \"$ADMIN_URL\" -v ON_ERROR_STOP=1"));
  ASSERT_NE(role, "");
  postgres().start();
  const std::string database = postgres().create_database();
  // Use a role name of this test: roles belong to the cluster.
  const std::string name = "reader_of_the_manual";
  for (std::string* each : {&role, &line}) {
    const std::string before = each == &role ? "ROLE courtside" : "--role courtside";
    const std::size_t at = each->find(before);
    ASSERT_NE(at, std::string::npos);
    each->replace(at, before.size(), before.substr(0, before.size() - 9) + name);
  }
  const TempFolder folder;
  std::filesystem::create_symlink(std::filesystem::absolute(courtside_binary()),
                                  folder.path() / "courtside");
  const char* const path = std::getenv("PATH");
  Process shell({"/bin/sh", "-c", "set -e\n" + role + "\n" + line},
                {"ADMIN_URL=" + postgres().url(database),
                 "PATH=" + folder.path().string() + ":" + (path == nullptr ? "" : path)});
  EXPECT_EQ(shell.wait(), 0) << shell.whole_output();
  EXPECT_THAT(shell.whole_output(), Not(HasSubstr("ERROR")));
  EXPECT_EQ(postgres().sql(database, R"(SELECT count(*) FROM "EventOutbox")"), "0");
}

TEST(OutboxStatusCommand, ExitsWith69WhereThereIsNoServer) {
  EXPECT_THAT(outbox_command({"status", "--url", "http://127.0.0.1:1"}),
              StartsWith("69: courtside: "));
}

using OutboxStatus = ServerTest;

TEST_F(OutboxStatus, ExitsWith1WhereThereIsNoSource) {
  EXPECT_THAT(outbox_command({"status", "--url", "http://127.0.0.1:" + std::to_string(port())}),
              StartsWith("1: courtside: "));
}

}  // namespace
}  // namespace courtside::e2e
