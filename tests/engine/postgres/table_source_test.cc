// Goal: every committed row of the outbox's table is read once, in order, and none before nothing
// can come before it; what stands in the way is named.
#include "engine/postgres/table_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>
#include <pqxx/pqxx>

#include "outbox_tables.h"
#include "platform_test.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

using testing::HasSubstr;

class TableSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    server().start();
    database_ = server().create_database();
    sql(kOutboxTables);
    settings_.url = server().url(database_);
  }
  void TearDown() override { close(wake_); }

  std::string sql(const std::string& text) { return server().sql(database_, text); }
  void add(const std::string& id) {
    sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", \"aggregateId\") "
        "VALUES ('" +
        id + "', 'a.b', 'booking', 'b_1')");
  }
  OutboxSource& source() {
    if (source_ == nullptr) {
      auto opened = TableSource::open(settings_);
      EXPECT_TRUE(opened) << opened.error().message;
      source_ = std::move(*opened);
    }
    return *source_;
  }

  // The ids of a page; `place_` moves on.
  std::string read() {
    const Result<OutboxPage> page = source().read(place_);
    if (!page) return std::string(info(page.error().code).name) + ": " + page.error().message;
    std::string out;
    for (const OutboxRow& row : page->rows) out += (out.empty() ? "" : " ") + row.event_id;
    place_ = page->end;
    return out + (page->is_full ? " ..." : "");
  }

  OutboxSettings settings_;
  std::string database_;
  std::unique_ptr<OutboxSource> source_;
  std::string place_;
  const int wake_ = eventfd(0, EFD_CLOEXEC);
};

TEST_F(TableSourceTest, ReadsEachRowOnceAndGoesOnFromItsPlace) {
  EXPECT_EQ(read(), "");
  EXPECT_EQ(place_, "");
  for (const char* id : {"a", "b", "c"}) add(id);
  settings_.page_rows = 2;
  source_.reset();
  EXPECT_EQ(read(), "a b ...");
  EXPECT_EQ(read(), "c");
  const std::string end = place_;
  EXPECT_EQ(read(), "");
  EXPECT_EQ(place_, end);
  add("d");
  source_.reset();
  EXPECT_EQ(read(), "d");
}

TEST_F(TableSourceTest, NothingIsReadThatAnOpenTransactionMayStillComeBefore) {
  pqxx::connection early(server().url(database_));
  pqxx::work transaction(early);
  transaction.exec("INSERT INTO \"EventOutbox\" (\"eventId\") VALUES ('early')");
  add("late");
  EXPECT_EQ(read(), "");
  // Neither does one that only reads.
  EXPECT_EQ(read(), "");
  transaction.commit();
  EXPECT_EQ(read(), "early late");
}

TEST_F(TableSourceTest, ARowSaysWhatItsColumnsSay) {
  sql(R"(INSERT INTO "EventOutbox" VALUES (7, 500, 'e', 'booking.created', 'booking', 'b', 3, 'v',
      'a', 'b', 'ai', 'ADMIN', 'ar', 'co', 'ca', '{"x": 1.50, "y": "\u00eb"}', 2,
      '2026-11-23T12:00:00.125+02'))");
  const Result<OutboxPage> page = source().read("");
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(outbox_row_json(page->rows[0]),
            R"({"place":"500:7","eventId":"e","type":"booking.created","aggregateType":"booking",)"
            R"("aggregateId":"b","venueId":"v","accountId":"a","bookingId":"b","actorId":"ai",)"
            R"("actorType":"ADMIN","actorRole":"ar","correlationId":"co","causationId":"ca",)"
            R"("occurredAt":"2026-11-23T10:00:00.125000Z","aggregateVersion":3,"schemaVersion":2,)"
            R"("payload":{"x": 1.50, "y": "ë"}})");
}

// What JSON and RFC 3339 cannot say comes as the database has it, so that it is refused by name.
TEST_F(TableSourceTest, ATimeThatNoEventCanHaveIsNoOtherTime) {
  settings_.keep_s = 0;
  for (const char* time :
       {"infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00:00+00",
        "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999+00"}) {
    sql(std::string("INSERT INTO \"EventOutbox\" (\"eventId\", \"occurredAt\") VALUES ('") + time +
        "', '" + time + "')");
  }
  const Result<OutboxLag> lag = source().lag("");
  ASSERT_TRUE(lag) << lag.error().message;
  EXPECT_GT(lag->seconds, 60e9);  // since Caesar
  EXPECT_LT(lag->seconds, 70e9);
  std::vector<std::string> times;
  const Result<OutboxPage> page = source().read("");
  for (const OutboxRow& row : page->rows) times.push_back(row.occurred_at);
  EXPECT_THAT(times, testing::ElementsAre("infinity", "-infinity", "0044-03-15 12:00:00+00 BC",
                                          "10000-01-01 00:00:00+00", "0001-01-01T00:00:00.000000Z",
                                          "9999-12-31T23:59:59.999000Z"));
  // They are not too young for ever.
  EXPECT_FALSE(*source().tidy(page->end, ""));
  EXPECT_EQ(sql("SELECT string_agg(left(\"eventId\", 5), ' ' ORDER BY \"position\") FROM "
                "\"EventOutbox\""),
            "10000 9999-");
}

TEST_F(TableSourceTest, APageIsBoundedInBytesAndALargeRowTravelsWithoutItsPayload) {
  settings_.page_bytes = 1000;
  const auto add_sized = [&](const std::string& id, std::size_t size) {
    sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"payload\") VALUES ('" + id +
        "', to_jsonb(repeat('x', " + std::to_string(size) + ")))");
  };
  add_sized("a", 600);
  add_sized("b", 600);
  add_sized("c", 10'000'000);
  add_sized("d", 5);
  EXPECT_EQ(read(), "a b ...");
  const Result<OutboxPage> page = source().read(place_);
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].fault, "`payload` has 10000002 bytes, the limit is 262144");
  EXPECT_EQ(page->rows[0].payload, "");
  EXPECT_TRUE(page->is_full || page->end != place_);
  place_ = page->end;
  EXPECT_EQ(read(), "d");
}

TEST_F(TableSourceTest, LongTextsAreCutToWhatIsTooLongAllTheSame) {
  sql("INSERT INTO \"EventOutbox\" (\"eventId\") VALUES (repeat('x', 5000))");
  EXPECT_EQ(source().read("")->rows[0].event_id.size(), 300u);
}

// ORDER BY an output column that is text once sorted transaction ids as words: 1000 before 999.
TEST_F(TableSourceTest, IdsAreOrderedAsNumbersAndByTheIndex) {
  for (const char* txid : {"999", "1000", "99"}) {
    sql(std::string("INSERT INTO \"EventOutbox\" (\"eventId\", \"txid\") VALUES ('t") + txid +
        "', " + txid + ")");
  }
  sql("UPDATE \"EventOutbox\" SET \"txid\" = \"txid\" - 400 WHERE \"txid\" > 900");
  EXPECT_EQ(read(), "t99 t999 t1000");

  sql("INSERT INTO \"EventOutbox\" (\"eventId\") SELECT 'n' || i FROM generate_series(1, 20000) i");
  sql("ANALYZE \"EventOutbox\"");
  pqxx::connection connection(server().url(database_));
  pqxx::nontransaction session(connection);
  std::string plan;
  for (const auto& row :
       session.exec_params("EXPLAIN " + TableSql(settings_).page(), 10, 1, 1000, 8'000'000)) {
    plan += std::string(row[0].c_str()) + "\n";
  }
  EXPECT_THAT(plan, HasSubstr("Index Scan using \"EventOutbox_txid_position_idx\""));
  EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
}

TEST_F(TableSourceTest, TellsTheLowestVersionThatIsYetToBeRead) {
  sql(R"(INSERT INTO "EventOutbox" ("eventId", "aggregateType", "aggregateId", "aggregateVersion")
      VALUES ('a', 'booking', 'b "1"', 9), ('b', 'booking', 'b\2', 8), ('c', 'booking', 'b "1"', 7),
             ('d', 'slot', 'b\2', 1), ('e', 'booking', 'b\2', NULL))");
  const std::vector<AggregateKey> keys = {
      {"booking", "b \"1\""}, {"booking", "b\\2"}, {"booking", "none"}};
  const auto lowest = [&](const std::string& place) {
    std::string out;
    const auto found = source().lowest_unread(place, keys);
    for (const AggregateVersion& each : *found) {
      out += each.aggregate.id + "=" + std::to_string(each.version) + " ";
    }
    return out;
  };
  std::string out = lowest("");
  EXPECT_THAT(out, HasSubstr("b \"1\"=7 "));
  EXPECT_THAT(out, HasSubstr("b\\2=8 "));
  read();
  EXPECT_EQ(lowest(place_), "");
}

TEST_F(TableSourceTest, ARejectedRowIsToldOnceAndStaysUntilItsLetterIsGone) {
  settings_.keep_s = 0;
  for (const char* id : {"a", "b"}) add(id);
  const Result<OutboxPage> page = source().read("");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(source().reject({{page->rows[0], "it is bad"}}));
  }
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutboxRejected\""), "1");
  EXPECT_EQ(sql("SELECT \"source\" || ' ' || \"place\" || ' ' || \"eventId\" || ' ' || \"reason\" "
                "FROM \"EventOutboxRejected\""),
            "platform " + page->rows[0].place + " a it is bad");
  EXPECT_EQ(source().lag(page->end)->rejected, 1u);
  EXPECT_FALSE(*source().tidy(page->end, ""));
  EXPECT_EQ(sql("SELECT string_agg(\"eventId\", ' ') FROM \"EventOutbox\""), "a");
  sql("DELETE FROM \"EventOutboxRejected\"");
  EXPECT_FALSE(*source().tidy(page->end, ""));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "0");
}

TEST_F(TableSourceTest, DeletesWhatWasReadAndIsOldEnoughAPieceAtATime) {
  settings_.keep_s = 3600;
  sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"occurredAt\") SELECT 'old' || i, "
      "now() - interval '2 hours' FROM generate_series(1, 1500) i");
  add("young");
  sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"occurredAt\") VALUES ('unread', "
      "now() - interval '2 hours')");
  settings_.page_rows = 1501;
  read();
  EXPECT_TRUE(*source().tidy(place_, ""));
  EXPECT_FALSE(*source().tidy(place_, ""));
  EXPECT_EQ(sql("SELECT string_agg(\"eventId\", ' ' ORDER BY \"position\") FROM \"EventOutbox\""),
            "young unread");
}

TEST_F(TableSourceTest, LagCountsWhatIsCommittedAndNamesWhoHoldsItUp) {
  EXPECT_EQ(source().lag("")->rows, 0u);
  EXPECT_EQ(source().lag("")->oldest.pid, 0u);
  pqxx::connection connection(server().url(database_) + "?application_name=the-culprit");
  pqxx::work transaction(connection);
  transaction.exec("INSERT INTO \"EventOutbox\" (\"eventId\") VALUES ('early')");
  sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"occurredAt\") VALUES ('b', "
      "now() - interval '90 s')");
  add("c");
  const Result<OutboxLag> lag = source().lag("");
  EXPECT_EQ(lag->rows, 2u);
  EXPECT_FALSE(lag->more_rows);
  EXPECT_GE(lag->seconds, 90);
  EXPECT_LT(lag->seconds, 120);
  EXPECT_EQ(lag->oldest.pid, static_cast<std::uint64_t>(connection.backendpid()));
  EXPECT_THAT(lag->oldest.holder,
              HasSubstr("courtside@127.0.0.1 (the-culprit), idle in transaction"));
  EXPECT_LT(lag->oldest.seconds, 60);
}

// With nothing but what `outbox install --role` grants.
TEST_F(TableSourceTest, ARoleWithoutStatisticsStillNamesTheCulprit) {
  sql("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; "
      "GRANT SELECT, DELETE ON \"EventOutbox\" TO reader; "
      "GRANT SELECT, INSERT ON \"EventOutboxRejected\" TO reader");
  const std::string url = server().url(database_);
  settings_.url =
      url.substr(0, url.find("courtside@")) + "reader@" + url.substr(url.find("courtside@") + 10);
  settings_.keep_s = 0;
  pqxx::connection connection(url);
  pqxx::work transaction(connection);
  transaction.exec("INSERT INTO \"EventOutbox\" (\"eventId\") VALUES ('early')");
  EXPECT_EQ(source().lag("")->oldest.pid, static_cast<std::uint64_t>(connection.backendpid()));
  transaction.commit();
  EXPECT_EQ(read(), "early");
  EXPECT_TRUE(source().identity());
  EXPECT_TRUE(source().check_place(place_, ""));
  EXPECT_TRUE(source().reject({{OutboxRow{.place = "1:1"}, "bad"}}));
  EXPECT_FALSE(*source().tidy(place_, ""));
}

TEST_F(TableSourceTest, ADatabaseThatWasPutBackIsKnownByItsTransactions) {
  add("a");
  read();
  EXPECT_TRUE(source().check_place("", ""));
  EXPECT_TRUE(source().check_place(place_, "a"));
  EXPECT_TRUE(source().check_place(place_, ""));
  // Another row has the numbers of the one that was read.
  EXPECT_EQ(source().check_place(place_, "b").error().code, Code::position_expired);
  sql("DELETE FROM \"EventOutbox\"");
  EXPECT_TRUE(source().check_place(place_, "b"));
  const Result<bool> checked = source().check_place("900000000000:1", "");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::position_expired);
  EXPECT_THAT(checked.error().message, HasSubstr("up to transaction 900000000000"));
  EXPECT_THAT(checked.error().message, HasSubstr("put back to an earlier moment"));
  EXPECT_EQ(source().check_place("x", "").error().code, Code::data_corrupt);
}

// Rows of 300 KB each: a page of all of them is not ready in time, one row is.
TEST_F(TableSourceTest, APageThatTakesTooLongIsAskedForInPieces) {
  sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"payload\") "
      "SELECT 'e' || i, to_jsonb(repeat('x', 300000)) FROM generate_series(1, 200) i");
  settings_.query_ms = 100;
  const auto page_rows = std::make_shared<std::atomic<std::uint64_t>>(settings_.page_rows);
  std::size_t rows = 0;
  for (int attempts = 0; rows < 200 && attempts < 400; ++attempts) {
    source_ = std::move(*TableSource::open(settings_, page_rows));
    const Result<OutboxPage> page = source_->read(place_);
    if (!page) {
      EXPECT_EQ(page.error().code, Code::unavailable);
      continue;
    }
    rows += page->rows.size();
    place_ = page->end;
  }
  EXPECT_EQ(rows, 200u);
}

TEST_F(TableSourceTest, AnIdentityIsOfOneDatabaseAndStays) {
  const std::string mine = *source().identity();
  source_.reset();
  EXPECT_EQ(*source().identity(), mine);
  source_.reset();
  settings_.url = server().url(server().create_database());
  EXPECT_NE(*source().identity(), mine);
}

TEST_F(TableSourceTest, ANotificationEndsTheWaitAndSoDoesAWake) {
  settings_.wake_channel = "courtside_outbox";
  EXPECT_TRUE(
      *source().wait(wake_, 0));  // It listens from here on: what came before is to be read.
  EXPECT_FALSE(*source().wait(wake_, 0));
  sql("NOTIFY courtside_outbox");
  EXPECT_TRUE(*source().wait(wake_, 30'000));
  EXPECT_FALSE(*source().wait(wake_, 0));
  // One that comes with the answer to something else is not lost.
  sql("NOTIFY courtside_outbox");
  read();
  EXPECT_TRUE(*source().wait(wake_, 30'000));
  eventfd_write(wake_, 1);
  EXPECT_FALSE(*source().wait(wake_, 30'000));
}

TEST_F(TableSourceTest, WhatIsWrongIsSaidAndWhatPassesIsToldApart) {
  settings_.table = "No.Such";
  EXPECT_EQ(read(),
            "bad_configuration: relation \"No.Such\" does not exist; run `courtside outbox install "
            "--role NAME`");
  settings_.table = "EventOutbox";
  source_.reset();
  EXPECT_EQ(read(), "");
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'courtside'");
  EXPECT_EQ(source().read("").error().code, Code::unavailable);
  source_.reset();
  settings_.query_ms = 100;
  pqxx::connection connection(server().url(database_));
  pqxx::work locking(connection);
  locking.exec("LOCK TABLE \"EventOutbox\"");
  EXPECT_EQ(read(), "unavailable: a statement took longer than outbox.query_timeout");
  settings_.url = "host=127.0.0.1 port=1";
  EXPECT_EQ(TableSource::open(settings_).error().code, Code::unavailable);
  settings_.url = "nonsense";
  EXPECT_EQ(TableSource::open(settings_).error().code, Code::bad_configuration);
}

TEST_F(TableSourceTest, ACallThatIsOverdueIsInterruptedAndNoOther) {
  settings_.query_ms = 100;
  ASSERT_TRUE(source().identity());
  source().check_overdue();
  ASSERT_TRUE(source().identity());
  server().freeze();
  auto blocked = std::async(std::launch::async, [&] { return source().read("").error().code; });
  while (blocked.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) {
    source().check_overdue();
  }
  EXPECT_EQ(blocked.get(), Code::unavailable);
  server().thaw();
}

// libpq closes its socket when the server ends the session; then the number is another's.
TEST_F(TableSourceTest, WhatIsInterruptedIsItsOwnConnectionAlone) {
  ASSERT_TRUE(source().identity());
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'courtside'");
  ASSERT_EQ(source().read("").error().code, Code::unavailable);
  std::vector<std::array<int, 2>> pairs(4);
  for (auto& pair : pairs) {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
  }
  source().interrupt();
  for (const auto& pair : pairs) {
    EXPECT_EQ(send(pair[0], "x", 1, MSG_NOSIGNAL), 1);
    EXPECT_EQ(send(pair[1], "x", 1, MSG_NOSIGNAL), 1);
    for (const int each : pair) close(each);
  }
}

TEST_F(TableSourceTest, ACallToASilentServerIsInterrupted) {
  ASSERT_TRUE(source().identity());
  server().freeze();
  auto blocked = std::async(std::launch::async, [&] { return source().read("").error().code; });
  source().interrupt();
  EXPECT_EQ(blocked.get(), Code::unavailable);
  server().thaw();
  EXPECT_EQ(source().read("").error().code, Code::unavailable);
}

}  // namespace
}  // namespace courtside
