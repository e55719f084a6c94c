// Goal: what `courtside outbox install` prints makes a database ready, twice over too, under any
// names, and gives Courtside's role what it needs and no more.
#include "engine/postgres/outbox_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "engine/postgres/outbox_install.h"
#include "engine/postgres/sql_text.h"
#include "tests/engine/postgres/logical_server.h"
#include "tests/engine/postgres/platform_test.h"

namespace courtside {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string result_of(const Result<void>& done) {
  return done ? "done" : std::string(info(done.error().code).name) + ": " + done.error().message;
}

OutboxSettings of_messages() {
  OutboxSettings settings;
  settings.kind = OutboxKind::kMessages;
  return settings;
}

TEST(SqlText, QuotesWhatItIsGiven) {
  EXPECT_EQ(quoted_identifier("a\"b"), R"("a""b")");
  EXPECT_EQ(quoted_literal("it's"), "'it''s'");
  EXPECT_EQ(quoted_literal("a\\'"), " E'a\\\\'''");
  EXPECT_EQ(dollar_quoted("x"), "$$x$$");
  EXPECT_EQ(dollar_quoted("a$b"), "$q1$a$b$q1$");
  EXPECT_EQ(dollar_quoted("a$q1$"), "$q2$a$q1$$q2$");
}

TEST(OutboxSql, IsOneFileWithAStatementAPart) {
  const std::string sql = outbox_sql({}, {});
  EXPECT_THAT(sql, AllOf(HasSubstr("CREATE TABLE IF NOT EXISTS \"EventOutbox\" (\n"),
                         HasSubstr("CREATE TABLE IF NOT EXISTS \"EventOutboxVersion\" (\n"),
                         HasSubstr("CREATE TABLE IF NOT EXISTS \"EventOutboxRejected\" (\n"),
                         HasSubstr("\"EventOutbox_txid_position_idx\"\n"), EndsWith(";\n")));
  EXPECT_THAT(sql, AllOf(Not(HasSubstr("GRANT")), Not(HasSubstr("TRIGGER")),
                         Not(HasSubstr("replication"))));
  EXPECT_THAT(outbox_sql(of_messages(), {}),
              AllOf(Not(HasSubstr("\"EventOutbox\"")), HasSubstr("\"EventOutboxVersion\""),
                    HasSubstr("CREATE PUBLICATION \"courtside\""),
                    HasSubstr("pg_create_logical_replication_slot('courtside', 'pgoutput')")));
  EXPECT_THAT(outbox_sql({}, {.notify = true}),
              AllOf(HasSubstr("NOTIFY \"courtside_outbox\""), HasSubstr("61 %")));
  OutboxSettings settings;
  settings.wake_channel = "bell";
  EXPECT_THAT(outbox_sql(settings, {.notify = true}), HasSubstr("NOTIFY \"bell\""));
}

class OutboxInstall : public testing::Test {
 protected:
  PostgresServer& cluster() { return logical_server(); }
  void SetUp() override { database_ = cluster().create_database(); }
  void TearDown() override {
    sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
        "WHERE database = current_database()");
  }

  std::string sql(const std::string& text) { return cluster().sql(database_, text); }
  std::string install(const OutboxSettings& settings, const OutboxSqlOptions& options = {}) {
    return result_of(run_outbox_statements(cluster().url(database_),
                                           outbox_statements(settings, options), 10'000));
  }
  // As the role of the database's name: "may", or the server's words.
  std::string as_role(const std::string& text) {
    try {
      sql("SET ROLE \"" + database_ + "\"; " + text);
      return "may";
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  std::string database_;
};

constexpr const char* kInsert =
    R"(INSERT INTO "EventOutbox" ("eventId", "type", "aggregateType", "aggregateId")
       VALUES ('e', 'booking.created', 'booking', 'b_1'))";

TEST_F(OutboxInstall, RunsTwiceAndKeepsWhatIsThere) {
  const OutboxSqlOptions options{.role = database_, .notify = true};
  sql("CREATE ROLE \"" + database_ + "\"");
  EXPECT_EQ(install({}, options), "done");
  sql(kInsert);
  EXPECT_EQ(install({}, options), "done");
  EXPECT_EQ(sql(R"(SELECT count(*) FROM "EventOutbox")"), "1");
  EXPECT_EQ(sql(R"(SELECT txid > 0 AND "occurredAt" <= now() FROM "EventOutbox")"), "t");
}

// A migration tool sends the file as one text.
TEST_F(OutboxInstall, IsAFileThatRunsAsOne) {
  const std::string file = outbox_sql({}, {.notify = true});
  sql(file);
  sql(file);
  EXPECT_EQ(sql(R"(SELECT count(*) FROM "EventOutboxVersion")"), "0");
}

TEST_F(OutboxInstall, GrantsWhatIsNeededAndNoMore) {
  sql("CREATE ROLE \"" + database_ + "\"");
  EXPECT_EQ(install({}, {.role = database_}), "done");
  sql(kInsert);
  EXPECT_EQ(as_role(R"(SELECT * FROM "EventOutbox")"), "may");
  EXPECT_EQ(as_role(R"(DELETE FROM "EventOutbox" WHERE position = 0)"), "may");
  EXPECT_EQ(as_role(R"(INSERT INTO "EventOutboxRejected" ("source", "place", "reason")
                       VALUES ('s', 'p', 'r') ON CONFLICT ("source", "place") DO NOTHING)"),
            "may");
  for (const char* more :
       {kInsert, R"(UPDATE "EventOutbox" SET type = 'x')", R"(DELETE FROM "EventOutboxRejected")",
        R"(SELECT * FROM "EventOutboxVersion")"}) {
    EXPECT_THAT(as_role(more), HasSubstr("permission denied")) << more;
  }
}

// What the file only says, in a comment, is a statement that runs.
TEST_F(OutboxInstall, TheGrantThatIsOnlySaidIsOne) {
  sql("CREATE ROLE \"" + database_ + "\"");
  const std::string file = outbox_sql({}, {.role = database_});
  const std::size_t begin = file.find("GRANT pg_read_all_stats");
  ASSERT_NE(begin, std::string::npos);
  sql(file.substr(begin, file.find('\n', begin) - begin));
  EXPECT_EQ(sql("SELECT pg_has_role('" + database_ + "', 'pg_read_all_stats', 'MEMBER')"), "t");
}

TEST_F(OutboxInstall, TakesAnyNames) {
  OutboxSettings settings;
  settings.table = "my events.Out\"box$$";
  settings.rejected_table = "ill's.Not'taken";
  settings.wake_channel = "a \"bell\" of $$";
  sql("CREATE ROLE \"" + database_ + "\"; CREATE SCHEMA \"my events\"; CREATE SCHEMA \"ill's\"");
  EXPECT_EQ(install(settings, {.role = database_, .notify = true}), "done");
  EXPECT_EQ(install(settings, {.role = database_, .notify = true}), "done");
  EXPECT_EQ(as_role(R"(SELECT * FROM "my events"."Out""box$$")"), "may");
  EXPECT_EQ(as_role(R"(SELECT * FROM "ill's"."Not'taken")"), "may");
}

TEST_F(OutboxInstall, TheTriggerCallsOnceForATransaction) {
  struct Bell : pqxx::notification_receiver {
    explicit Bell(pqxx::connection& of) : notification_receiver(of, "courtside_outbox") {}
    void operator()(const std::string&, int) override { ++rung; }
    int rung = 0;
  };
  EXPECT_EQ(install({}, {.notify = true}), "done");
  pqxx::connection connection(cluster().url(database_));
  Bell bell(connection);
  sql(R"(INSERT INTO "EventOutbox" ("eventId", "type", "aggregateType", "aggregateId")
         SELECT 'e' || n, 't', 'a', 'i' FROM generate_series(1, 100) n)");
  EXPECT_EQ(connection.await_notification(30, 0), 1);
  EXPECT_EQ(bell.rung, 1);
}

TEST_F(OutboxInstall, MakesSlotAndPublicationOnce) {
  OutboxSettings settings = of_messages();
  settings.slot = "slot_of_" + database_;  // slots are of the cluster
  settings.publication = "Pub'lished $$";
  sql("CREATE ROLE \"" + database_ + "\"");
  EXPECT_EQ(install(settings, {.role = database_}), "done");
  EXPECT_EQ(install(settings, {.role = database_}), "done");
  sql("SELECT pg_logical_emit_message(true, 'courtside', '{}')");
  EXPECT_EQ(sql("SELECT count(*) FROM pg_publication"), "1");
  // Begin, message, commit. Its role may read it.
  EXPECT_EQ(sql("SET ROLE \"" + database_ +
                "\"; SELECT count(*) FROM "
                "pg_logical_slot_peek_binary_changes('" +
                settings.slot +
                "', NULL, NULL, "
                "'proto_version', '1', 'messages', 'true', 'publication_names', " +
                quoted_literal(quoted_identifier(settings.publication)) + ")"),
            "3");
}

// An index that is there already is looked for under a lock that waits for writers.
TEST_F(OutboxInstall, DoesNotHoldUpWritersForLong) {
  EXPECT_EQ(install({}), "done");
  pqxx::connection connection(cluster().url(database_));
  pqxx::work writer(connection);
  writer.exec(kInsert);
  EXPECT_EQ(install({}), "unavailable: canceling statement due to lock timeout");
}

TEST_F(OutboxInstall, SaysWhatTheServerRefuses) {
  server().start();
  EXPECT_EQ(result_of(run_outbox_statements(server().url(server().create_database()),
                                            outbox_statements(of_messages(), {}), 10'000)),
            "bad_configuration: logical decoding requires wal_level >= logical");
  EXPECT_EQ(install({}, {.role = "nobody"}), "bad_configuration: role \"nobody\" does not exist");
  const auto nothing = outbox_statements({}, {});
  EXPECT_THAT(result_of(run_outbox_statements("postgresql://x@127.0.0.1:1/x", nothing, 1000)),
              HasSubstr("unavailable: "));
  EXPECT_THAT(result_of(run_outbox_statements("host:s3cret", nothing, 1000)),
              AllOf(HasSubstr("bad_configuration: "), Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace courtside
