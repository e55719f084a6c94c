// Goal: every committed message is read once, in the order of commits, and nothing else is; the
// slot follows, and never runs ahead.
#include "tests/engine/postgres/message_source_test.h"

#include <gmock/gmock.h>

#include <thread>

namespace courtside {
namespace {

using testing::StartsWith;

TEST_F(MessageSourceTest, ReadsEachMessageOnceAndGoesOnFromItsPlace) {
  EXPECT_EQ(checked(), "good");
  EXPECT_EQ(read(), "");
  EXPECT_EQ(place_, "");
  for (const char* id : {"a", "b", "c"}) emit(id);
  settings_.page_rows = 2;
  source_.reset();
  EXPECT_EQ(read(), "a b ...");
  EXPECT_EQ(checked(), "good");
  EXPECT_THAT(read(), StartsWith("c"));
  const std::string end = place_;
  EXPECT_EQ(read(), "");
  EXPECT_EQ(place_, end);
  emit("d");
  source_.reset();
  EXPECT_EQ(read(), "d");
}

// The table's guard has this wait; here nothing waits for anybody.
TEST_F(MessageSourceTest, TheOrderIsThatOfCommitsWhateverTheIds) {
  pqxx::connection first(settings_.url);
  pqxx::connection second(settings_.url);
  pqxx::work early(first);
  early.exec(emitting("a1"));  // It has the lower id, and its message stands before the others.
  pqxx::work late(second);
  late.exec(emitting("b1"));
  early.exec(emitting("a2"));
  late.exec(emitting("b2"));
  EXPECT_EQ(read(), "");
  late.commit();
  EXPECT_EQ(read(), "b1 b2");
  const std::string before = place_;
  early.exec(emitting("a3"));
  early.commit();
  EXPECT_EQ(read(), "a1 a2 a3");
  place_ = before;
  EXPECT_EQ(read(), "a1 a2 a3");
  place_.clear();
  EXPECT_EQ(read(), "b1 b2 a1 a2 a3");
}

TEST_F(MessageSourceTest, WhatWasRolledBackNeverWas) {
  {
    pqxx::connection connection(settings_.url);
    pqxx::work aborted(connection);
    aborted.exec(emitting("never"));
  }
  sql("BEGIN; " + emitting("a") + "SAVEPOINT s; " + emitting("not") + "ROLLBACK TO s; " +
      emitting("b") + "SAVEPOINT t; " + emitting("c") + "RELEASE t; COMMIT");
  EXPECT_EQ(read(), "a b c");
  const auto page = source().read("");
  ASSERT_EQ(page->rows.size(), 3u);
  EXPECT_EQ(page->rows[2].place, lsn_of(page->rows[0].place) + ":3");
}

TEST_F(MessageSourceTest, WhatIsOfOthersIsPassedOver) {
  sql("SELECT pg_logical_emit_message(false, 'courtside', '{\"eventId\":\"loose\"}'); "
      "CREATE TABLE t (x int); INSERT INTO t VALUES (1)");
  sql("SELECT pg_logical_emit_message(true, 'audit', '{\"eventId\":\"theirs\"}')");
  emit("a");
  const Result<OutboxPage> page = source().read(place_);
  EXPECT_EQ(page->ignored, 1u);
  EXPECT_EQ(read(), "a");
  EXPECT_EQ(source().read("")->ignored, 0u);  // It was counted.
  // A publication with tables costs time and does no harm.
  sql("ALTER TABLE t REPLICA IDENTITY FULL; ALTER PUBLICATION courtside ADD TABLE t");
  sql("BEGIN; INSERT INTO t VALUES (2); " + emitting("b") + "UPDATE t SET x = 3; COMMIT");
  EXPECT_EQ(read(), "b");
}

TEST_F(MessageSourceTest, ARowSaysWhatTheMessageSays) {
  const std::string json =
      R"({"eventId":"e","type":"booking.created","aggregateType":"booking","aggregateId":"b",)"
      R"("aggregateVersion":3,"occurredAt":"2026-11-23T10:00:00.125Z","payload":{"y": "ë"}})";
  sql("SELECT pg_logical_emit_message(true, 'courtside', '" + json + "')");
  const Result<OutboxPage> page = source().read("");
  ASSERT_EQ(page->rows.size(), 1u);
  OutboxRow row = page->rows[0];
  EXPECT_EQ(row.content, json);
  row.content.clear();
  row.place.clear();
  EXPECT_EQ(row, *parse_outbox_row(json));
}

TEST_F(MessageSourceTest, ReadsAgainWhatIsNotConfirmedAndPassesOverIt) {
  settings_.page_rows = 1000;
  for (int i = 0; i < 5; ++i) {
    emit("a" + std::to_string(i));
    EXPECT_EQ(read(), "a" + std::to_string(i));
  }
  const std::string behind = confirmed();
  EXPECT_EQ(read(), "");
  EXPECT_EQ(confirmed(), behind);  // A read that is not a page's worth behind leaves it alone.
  EXPECT_FALSE(*source().tidy(place_, ""));
  EXPECT_EQ(confirmed(), place_);
  EXPECT_FALSE(*source().tidy(place_, ""));
  // An older place comes from a log that was put back, and the slot is beyond it for good.
  emit("b");
  EXPECT_EQ(read(), "b");
}

// What was read and not confirmed is more than a peek gives.
TEST_F(MessageSourceTest, GetsOnHoweverFarTheSlotIsBehind) {
  settings_.page_rows = 3;
  std::string all;
  for (int i = 0; i < 40; ++i) {
    emit(std::to_string(i));
    if (i < 35) continue;
    all += (all.empty() ? "" : " ") + std::to_string(i);
  }
  const Result<OutboxPage> all_at_once = [&] {
    OutboxSettings large = settings_;
    large.page_rows = 1000;
    return (*MessageSource::open(large))->read("");
  }();
  ASSERT_EQ(all_at_once->rows.size(), 40u);
  place_ = all_at_once->rows[34].place;
  std::string found;
  for (int i = 0; i < 20 && found.size() < all.size(); ++i) {
    std::string page = read();
    page = page.substr(0, page.find(" ..."));
    found += (found.empty() || page.empty() ? "" : " ") + page;
  }
  EXPECT_EQ(found, all);
  // And the slot went on with it.
  EXPECT_NE(confirmed(), "");
}

TEST_F(MessageSourceTest, ATransactionLargerThanAPageIsReadInPieces) {
  sql("SELECT pg_logical_emit_message(true, 'courtside', '{\"eventId\":\"' || n || '\"}') "
      "FROM generate_series(1, 2500) n");
  settings_.page_rows = 1000;
  std::size_t count = 0;
  for (int pages = 0; pages < 4; ++pages) {
    if (pages == 2) {  // A new reader goes on in the middle too.
      EXPECT_FALSE(*source().tidy(place_, ""));
      source_.reset();
      EXPECT_EQ(checked(), "good");
    }
    const Result<OutboxPage> page = source().read(place_);
    ASSERT_TRUE(page) << page.error().message;
    for (const OutboxRow& row : page->rows) EXPECT_EQ(row.event_id, std::to_string(++count));
    place_ = page->end;
  }
  EXPECT_EQ(count, 2500u);
  EXPECT_EQ(place_.find(':'), std::string::npos);
}

TEST_F(MessageSourceTest, ItsPlaceSurvivesARestartAndACrash) {
  emit("a");
  EXPECT_EQ(read(), "a");
  EXPECT_FALSE(*source().tidy(place_, ""));
  emit("b");
  cluster().restart();
  EXPECT_EQ(source().read(place_).error().code, Code::unavailable);
  source_.reset();
  EXPECT_EQ(checked(), "good");
  EXPECT_EQ(read(), "b");
  EXPECT_FALSE(*source().tidy(place_, ""));
  emit("c");
  const std::string written = sql("SELECT pg_current_wal_insert_lsn()");
  sql("SELECT pg_switch_wal()");
  cluster().kill();
  cluster().start();
  source_.reset();
  EXPECT_EQ(checked(), "good") << written;
  // The slot may stand where it stood at the last checkpoint.
  EXPECT_EQ(read(), "c");
}

TEST_F(MessageSourceTest, FollowsTheLogWhileNothingComes) {
  emit("a");
  EXPECT_EQ(read(), "a");
  const std::string last = place_;
  // One that began before, and ends after the place moved.
  pqxx::connection connection(settings_.url);
  pqxx::work open(connection);
  open.exec(emitting("b"));
  EXPECT_EQ(read(), "");
  EXPECT_EQ(place_, last);
  sql("CREATE TABLE filler AS SELECT n, repeat('x', 500) FROM generate_series(1, 4000) n");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (place_ == last) {
    ASSERT_EQ(read(), "");
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    ASSERT_TRUE(source().wait(0, 0));
  }
  EXPECT_EQ(sql("SELECT '" + place_ + "'::pg_lsn > '" + last + "'::pg_lsn + 1048576"), "t");
  EXPECT_FALSE(*source().tidy(place_, ""));
  EXPECT_EQ(confirmed(), place_);
  open.commit();
  EXPECT_EQ(read(), "b");
}

TEST_F(MessageSourceTest, WhatCannotBeReadIsARowWithAFault) {
  sql("SELECT pg_logical_emit_message(true, 'courtside', '{\"eventId\":')");
  sql("SELECT pg_logical_emit_message(true, 'courtside', '\\x7b22610022ff'::bytea)");
  sql("SELECT pg_logical_emit_message(true, 'courtside', repeat('ë', 5000000))");
  emit("good");
  const Result<OutboxPage> page = source().read("");
  ASSERT_EQ(page->rows.size(), 4u);
  EXPECT_EQ(page->rows[0].fault, "the message: it is no sound JSON");
  EXPECT_EQ(page->rows[0].content, "{\"eventId\":");
  EXPECT_EQ(page->rows[1].fault, "the message: it is no UTF-8 text");
  EXPECT_EQ(page->rows[2].fault, "the message has 10000000 bytes, the limit is 327680");
  EXPECT_EQ(page->rows[2].content.size(), kContentBytesMax);
  EXPECT_EQ(page->rows[3].event_id, "good");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        source().reject({{page->rows[0], "a"}, {page->rows[1], "b"}, {page->rows[2], "c"}}));
  }
  EXPECT_EQ(sql("SELECT string_agg(reason, '' ORDER BY length(content)) "
                "FROM \"EventOutboxRejected\" WHERE source = 'platform'"),
            "bac");
  EXPECT_EQ(sql("SELECT length(content) FROM \"EventOutboxRejected\" WHERE reason = 'c'"), "32768");
}

TEST_F(MessageSourceTest, LagIsWhatTheServerKeeps) {
  const std::uint64_t before = source().lag("")->bytes;
  emit(std::string(100'000, 'x'));
  const Result<OutboxLag> lag = source().lag("");
  EXPECT_GT(lag->bytes, before + 100'000);
  EXPECT_LT(lag->bytes, before + (64 << 20));
  EXPECT_EQ(lag->slot_state, "reserved");
  EXPECT_EQ(lag->rejected, 0u);
}

TEST_F(MessageSourceTest, TheRoleNeedsNoMoreThanInstallGrants) {
  const std::string role = "role_of_" + database_;
  sql("CREATE ROLE " + role + " LOGIN");
  ASSERT_TRUE(
      run_outbox_statements(settings_.url, outbox_statements(settings_, {.role = role}), 10'000));
  settings_.url.replace(settings_.url.find("courtside@"), 9, role);
  emit("a");
  EXPECT_EQ(checked(), "good");
  EXPECT_EQ(read(), "a");
  EXPECT_TRUE(source().tidy(place_, ""));
  EXPECT_EQ(confirmed(), place_);
  EXPECT_TRUE(source().lag(place_));
  EXPECT_TRUE(source().reject({{OutboxRow{.place = "1:1"}, "bad"}}));
}

}  // namespace
}  // namespace courtside
