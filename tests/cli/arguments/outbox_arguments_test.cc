// Goal: the commands around the outbox take their names from the server's own settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/config/platform_queries.h"
#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;

// A file with [outbox] and as many sources.
std::string file_with(const std::string& text) {
  const std::string path = testing::TempDir() + "outbox_command_test.toml";
  std::ofstream(path) << text;
  return path;
}

TEST(OutboxInstallCommandLine, TakesNamesFromTheSettings) {
  Surroundings around = terminal();
  around.environment["COURTSIDE_OUTBOX_TABLE"] = "events.Outbox";
  around.environment["COURTSIDE_TOKEN"] = "is no setting";
  const auto install = parsed<OutboxInstallCommand>(
      {"outbox", "install", "--role", "courtside", "--notify"}, around);
  EXPECT_EQ(install.source.table, "events.Outbox");
  EXPECT_EQ(install.source.kind, OutboxKind::kTable);
  EXPECT_EQ(install.role, "courtside");
  EXPECT_TRUE(install.notify);
  EXPECT_FALSE(install.apply);
  EXPECT_EQ(parsed<OutboxInstallCommand>({"outbox", "install", "--kind", "messages"}).source.kind,
            OutboxKind::kMessages);
}

TEST(OutboxInstallCommandLine, PicksASource) {
  const std::string one = file_with("[[source]]\nname = 'pay'\nurl = 'host=p'\nslot = 's'\n");
  EXPECT_EQ(parsed<OutboxInstallCommand>({"outbox", "install", "--config", one}).source.slot, "s");
  const std::string two = file_with(
      "[outbox]\ntable = 'T'\n[[source]]\nname = 'pay'\nurl = 'host=p'\nslot = 's'\n"
      "[[source]]\nname = 'chat'\nurl = 'host=c'\ntable = 'C'\n");
  const auto table_of = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"outbox", "install", "--config", two});
    return parsed<OutboxInstallCommand>(more).source.table;
  };
  EXPECT_EQ(table_of({"--source", "chat"}), "C");
  EXPECT_EQ(table_of({"--source", "pay"}), "T");
  EXPECT_EQ(table_of({"--source", "platform"}), "T");
  EXPECT_EQ(refused({"outbox", "install", "--config", two}),
            "64 courtside: outbox install: there are several sources: say which with --source");
  EXPECT_EQ(refused({"outbox", "install", "--config", two, "--source", "chats"}),
            "64 courtside: outbox install: --source: there is no source `chats`; did you mean "
            "`chat`?");
}

TEST(OutboxInstallCommandLine, AppliesOnlyWhereItKnowsWhere) {
  EXPECT_THAT(refused({"outbox", "install", "--apply"}), HasSubstr("64 courtside: outbox install"));
  const auto install =
      parsed<OutboxInstallCommand>({"outbox", "install", "--apply", "--url", "host=x"});
  EXPECT_TRUE(install.apply);
  EXPECT_EQ(install.source.url, "host=x");
}

TEST(OutboxInstallCommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refused({"outbox"}), HasSubstr("64 courtside: outbox: say what to do: install"));
  EXPECT_THAT(refused({"outbox", "instal"}), HasSubstr("64 courtside: "));
  EXPECT_THAT(refused({"outbox", "install", "--kind", "tables"}), HasSubstr("is not table or"));
  EXPECT_THAT(refused({"outbox", "install", "--kind", "messages", "--notify"}),
              HasSubstr("no trigger hears of a message"));
}

TEST(OutboxStatusCommandLine, AsksTheServer) {
  Surroundings around = terminal();
  around.environment["COURTSIDE_TOKEN"] = "t";
  around.stdout_is_terminal = false;
  const auto status = parsed<OutboxStatusCommand>({"outbox", "status"}, around);
  EXPECT_EQ(status.url, "http://127.0.0.1:8080");
  EXPECT_EQ(status.token, "t");
  EXPECT_EQ(status.output, OutputFormat::kJsonl);
  EXPECT_THAT(refused({"outbox", "status", "-o", "csv"}), HasSubstr("not one of table, json"));
}

TEST(OutboxBackfillCommandLine, KnowsBothEnds) {
  Surroundings around = terminal();
  around.environment["COURTSIDE_OUTBOX_URL"] = "host=db";
  auto backfill = parsed<OutboxBackfillCommand>({"outbox", "backfill", "--token", "k"}, around);
  EXPECT_EQ(backfill.database, "host=db");
  EXPECT_EQ(backfill.url, "http://127.0.0.1:8080");
  EXPECT_EQ(backfill.token, "k");
  EXPECT_EQ(backfill.query, kAuditLogQuery);
  backfill = parsed<OutboxBackfillCommand>(
      {"outbox", "backfill", "--database", "host=x", "--query", "SELECT 1"}, around);
  EXPECT_EQ(backfill.database, "host=x");
  EXPECT_EQ(backfill.query, "SELECT 1");
  EXPECT_THAT(refused({"outbox", "backfill"}), HasSubstr("say where from: --database"));
}

}  // namespace
}  // namespace courtside
