// Goal: a slot from which not everything can be read is refused, and what is wrong with it is said.
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include "tests/engine/postgres/message_source_test.h"
#include "tests/engine/postgres/platform_test.h"

namespace courtside {
namespace {

// The statement that a message says to drop the slot with.
std::string statement_in(const std::string& message) {
  const std::size_t begin = message.find("SELECT pg_drop_replication_slot(");
  if (begin == std::string::npos) return "SELECT 1/0";
  return message.substr(begin, message.find(')', begin) + 1 - begin);
}

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using MessageSlot = MessageSourceTest;

TEST_F(MessageSlot, OneThatWasMadeAnewIsBeyondWhatWasRead) {
  emit("a");
  EXPECT_EQ(read(), "a");
  drop_slot();
  EXPECT_THAT(checked(), AllOf(StartsWith("bad_configuration: the slot `" + settings_.slot),
                               HasSubstr("does not exist; `courtside outbox install"),
                               HasSubstr("events since " + place_ + " may be lost")));
  EXPECT_THAT(read(), StartsWith("bad_configuration: "));
  emit("lost");
  install();
  const std::string told = "beyond " + place_ +
                           ", which was read up to: it was made anew or moved by somebody else, "
                           "and events between may be lost";
  EXPECT_THAT(checked(), AllOf(HasSubstr("stands at " + confirmed()), HasSubstr(told)));
  EXPECT_THAT(read(), HasSubstr(told));
  // From the beginning, as accepted: from where the slot stands.
  place_.clear();
  emit("b");
  EXPECT_EQ(checked(), "good");
  EXPECT_EQ(read(), "b");
}

TEST_F(MessageSlot, OneThatSomebodyMovedIsFoundOut) {
  emit("a");
  EXPECT_EQ(read(), "a");
  emit("b");
  sql("SELECT pg_replication_slot_advance('" + settings_.slot + "', pg_current_wal_lsn())");
  EXPECT_THAT(read(), HasSubstr("events between may be lost"));
  // In the middle of a transaction too.
  place_.clear();
  settings_.page_rows = 1;
  source_.reset();
  sql("BEGIN; " + emitting("c") + emitting("d") + "COMMIT");
  EXPECT_EQ(read(), "c ...");
  sql("SELECT pg_replication_slot_advance('" + settings_.slot + "', pg_current_wal_lsn())");
  EXPECT_THAT(checked(), HasSubstr("events between may be lost"));
}

TEST_F(MessageSlot, ADatabaseThatWasPutBackHasNotGotSoFar) {
  place_ = "FFFF/0";
  EXPECT_THAT(checked(), HasSubstr("it was read up to FFFF/0, and its log ends at 0/"));
  place_ = "812345:990";
  EXPECT_THAT(checked(), StartsWith("data_corrupt: "));
}

TEST_F(MessageSlot, OneOfAnotherKindIsRefused) {
  drop_slot();
  EXPECT_THAT(checked(), AllOf(HasSubstr("does not exist"), Not(HasSubstr("lost"))));
  sql("SELECT pg_create_logical_replication_slot('" + settings_.slot + "', 'test_decoding')");
  EXPECT_THAT(checked(), HasSubstr("is of the plugin `test_decoding`"));
  drop_slot();
  const std::string other = cluster().create_database();
  cluster().sql(other,
                "SELECT pg_create_logical_replication_slot('" + settings_.slot + "', 'pgoutput')");
  EXPECT_THAT(checked(), HasSubstr("is of the database `" + other + "`"));
  cluster().sql(other, "SELECT pg_drop_replication_slot('" + settings_.slot + "')");
}

TEST_F(MessageSlot, APublicationMustBeThere) {
  sql("DROP PUBLICATION courtside");
  EXPECT_THAT(checked(),
              HasSubstr("the publication `courtside` does not exist; `courtside outbox"));
}

TEST_F(MessageSlot, AServerMustKeepWhatCanBeDecoded) {
  server().start();
  settings_.url = server().url(server().create_database());
  EXPECT_EQ(checked(),
            "bad_configuration: wal_level is `replica`, and must be `logical` for messages to be "
            "read");
}

TEST_F(MessageSlot, OneThatAnotherProcessReadsIsTriedAgain) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> other(
      PQconnectdb((settings_.url + "?replication=database").c_str()), &PQfinish);
  const std::string start = "START_REPLICATION SLOT " + settings_.slot +
                            " LOGICAL 0/0 (proto_version '1', publication_names 'courtside')";
  const std::unique_ptr<PGresult, decltype(&PQclear)> started(PQexec(other.get(), start.c_str()),
                                                              &PQclear);
  ASSERT_EQ(PQresultStatus(started.get()), PGRES_COPY_BOTH) << PQerrorMessage(other.get());
  EXPECT_THAT(read(),
              AllOf(StartsWith("unavailable: replication slot"), HasSubstr("is active for PID")));
}

// The server was told to keep no more than so much for those who do not read.
TEST_F(MessageSlot, OneThatFellTooFarBehindIsLost) {
  emit("a");
  sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
  sql("SELECT pg_reload_conf()");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (source().lag("")->slot_state != "lost") {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    emit("b");
    sql("SELECT pg_switch_wal()");
    sql("CHECKPOINT");
  }
  const std::string told = checked();
  EXPECT_THAT(told, HasSubstr("is lost: the server has removed what was not read "
                              "(max_slot_wal_keep_size)"));
  EXPECT_THAT(read(), StartsWith("bad_configuration: "));
  sql("ALTER SYSTEM RESET max_slot_wal_keep_size");
  sql("SELECT pg_reload_conf()");
  // As it says.
  sql(statement_in(told));
  install();
  place_.clear();
  emit("c");
  EXPECT_EQ(read(), "c");
}

// PostgreSQL 18 gives up what nobody reads for so long, at a checkpoint.
TEST(MessageSlot18, OneThatNobodyReadForTooLongIsNotBlamedOnTheSizeOfTheLog) {
  PostgresServer cluster({"wal_level=logical", "idle_replication_slot_timeout=1s"},
                         PostgresRelease::k18);
  const std::string database = cluster.create_database();
  OutboxSettings settings;
  settings.kind = OutboxKind::kMessages;
  settings.url = cluster.url(database);
  ASSERT_TRUE(run_outbox_statements(settings.url, outbox_statements(settings, {}), 10'000));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (cluster.sql(database, "SELECT wal_status FROM pg_replication_slots") != "lost") {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    cluster.sql(database, "SELECT pg_logical_emit_message(true, 'other', 'x')");
    cluster.sql(database, "CHECKPOINT");
  }
  const auto source = MessageSource::open(settings);
  ASSERT_TRUE(source);
  const auto checked = (*source)->check_place("", "");
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message,
              AllOf(HasSubstr("is lost: nobody has read it for idle_replication_slot_timeout"),
                    Not(HasSubstr("max_slot_wal_keep_size"))));
  cluster.sql(database, statement_in(checked.error().message));
  ASSERT_TRUE(run_outbox_statements(settings.url, outbox_statements(settings, {}), 10'000));
  EXPECT_TRUE((*source)->check_place("", ""));
}

}  // namespace
}  // namespace courtside
