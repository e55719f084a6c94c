// Goal: rows whose number is not that of the transaction that wrote them, since they were copied,
// restored or changed, are read once, or are told and kept; and the statements that we print do
// what they promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "engine/postgres/table_source.h"
#include "outbox_tables.h"
#include "platform_test.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CopiedRows : public testing::Test {
 protected:
  void SetUp() override {
    server().start();
    database_ = server().create_database();
    sql(kOutboxTables);
    settings_.url = server().url(database_);
    source_ = std::move(*TableSource::open(settings_));
  }

  std::string sql(const std::string& text) { return server().sql(database_, text); }
  static std::string insert(const std::string& id, const std::string& txid = "DEFAULT") {
    return "INSERT INTO \"EventOutbox\" (\"eventId\", \"type\", \"aggregateType\", "
           "\"aggregateId\", \"txid\") VALUES ('" +
           id + "', 'note.added', 'note', 'n1', " + txid + ");";
  }
  void add(const std::string& id, const std::string& txid = "DEFAULT") { sql(insert(id, txid)); }

  static std::string ids(const std::vector<OutboxRow>& rows) {
    std::string out;
    for (const OutboxRow& row : rows) out += (out.empty() ? "" : " ") + row.event_id;
    return out;
  }
  // The ids of a page; `place_` moves on.
  std::string read() {
    const Result<OutboxPage> page = source_->read(place_);
    if (!page) return page.error().message;
    place_ = page->end;
    return ids(page->rows);
  }
  // The rows of a whole look that came behind the place; `checked_` moves on.
  std::string look() {
    std::string mark;
    std::vector<OutboxRow> rows;
    for (std::string from;;) {
      Result<SkippedPage> page = source_->passed(from, place_, checked_);
      if (!page) return page.error().message;
      if (from.empty()) mark = page->mark;
      std::move(page->rows.begin(), page->rows.end(), std::back_inserter(rows));
      if (page->is_last) break;
      from = page->end;
    }
    if (!mark.empty()) checked_ = mark;
    return ids(rows);
  }
  // What `message` says to run, which stands at its end.
  static std::string statement(const std::string& message, const std::string& verb) {
    const std::size_t begin = message.find("run " + verb);
    return begin == std::string::npos ? "SELECT 1/0" : message.substr(begin + 4);
  }

  OutboxSettings settings_;
  std::string database_;
  std::unique_ptr<OutboxSource> source_;
  std::string place_;
  std::string checked_;
};

// The source has read something, rows were copied in, it is refused; three rows are committed until
// somebody runs the statement.
TEST_F(CopiedRows, WithNumbersThatAreYetToComeAreReadAfterTheStatementThatIsPrinted) {
  add("before");
  EXPECT_EQ(read(), "before");
  add("copied1", "900000000");
  add("copied2", "900000001");
  const Result<bool> checked = source_->check_place(place_, "before");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::bad_configuration);
  EXPECT_THAT(checked.error().message, HasSubstr("they were copied from another cluster"));
  for (const char* id : {"n1", "n2", "n3"}) add(id);
  sql(statement(checked.error().message, "UPDATE"));
  EXPECT_TRUE(source_->check_place(place_, "before"));
  EXPECT_EQ(read(), "n1 n2 n3 copied1 copied2");
  EXPECT_EQ(read(), "");
  EXPECT_EQ(look(), "");
}

// In a transaction that took its number long ago: rows that were committed since get it too, and
// nobody has read them yet.
TEST_F(CopiedRows, TheStatementMayRunInATransactionThatIsOpenForLong) {
  add("before");
  read();
  pqxx::connection connection(server().url(database_));
  pqxx::work work(connection);
  work.exec("SELECT pg_current_xact_id()");
  add("copied", "900000000");
  add("since");
  EXPECT_EQ(read(), "");
  work.exec(statement(source_->check_place(place_, "").error().message, "UPDATE"));
  work.commit();
  EXPECT_EQ(read(), "copied since");
  EXPECT_EQ(read(), "");
}

TEST_F(CopiedRows, OfANewClusterAreAllReadFromTheBeginning) {
  for (int i = 0; i < 5; ++i) add("e" + std::to_string(i), std::to_string(800000000 + i));
  add("old", "5");
  add("oldest", "0");
  add("negative", "-7");
  const Result<bool> checked = source_->check_place("", "");
  ASSERT_FALSE(checked);
  sql(statement(checked.error().message, "UPDATE"));
  EXPECT_EQ(read(), "negative oldest old e0 e1 e2 e3 e4");
}

TEST_F(CopiedRows, BehindThePlaceAreToldAndKeptUntilTheyAreRead) {
  settings_.keep_s = 0;
  source_ = std::move(*TableSource::open(settings_));
  add("before");
  add("last");
  EXPECT_EQ(read(), "before last");
  add("copied", "7");
  add("negative", "-7");
  EXPECT_EQ(read(), "");
  // It was looked at before it is deleted, whatever its age.
  EXPECT_FALSE(*source_->tidy(place_, checked_));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "2");
  const Result<SkippedPage> page = source_->passed("", place_, checked_);
  ASSERT_EQ(ids(page->rows), "negative copied");
  for (const OutboxRow& row : page->rows) {
    ASSERT_TRUE(source_->reject({{row, std::string(kSkippedReason)}}));
  }
  EXPECT_EQ(look(), "");  // They are told.
  EXPECT_FALSE(*source_->tidy(place_, checked_));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "2");

  const Result<OutboxLag> lag = source_->lag(place_);
  EXPECT_EQ(lag->skipped, 2u);
  EXPECT_EQ(lag->rejected, 0u);
  sql(statement(lag->notice, "WITH"));
  EXPECT_EQ(read(), "copied negative");  // by "position"
  EXPECT_EQ(source_->lag(place_)->notice, "");
  EXPECT_EQ(look(), "");
  EXPECT_FALSE(*source_->tidy(place_, checked_));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "0");
}

// A row that was written before a look began is not answered by the next one; one whose
// transaction was open meanwhile is.
TEST_F(CopiedRows, ALookAnswersWhatWasWrittenSinceTheLastOne) {
  sql("BEGIN; SAVEPOINT s; " + insert("nested") + " COMMIT");
  add("last");
  EXPECT_EQ(read(), "nested last");
  EXPECT_EQ(look(), "nested");
  EXPECT_EQ(look(), "");
  pqxx::connection connection(server().url(database_));
  pqxx::work work(connection);
  work.exec(insert("copied-slowly", "7"));
  add("copied", "8");
  EXPECT_EQ(look(), "copied");
  work.commit();
  EXPECT_EQ(look(), "copied-slowly copied");
  EXPECT_EQ(look(), "");
  sql("UPDATE \"EventOutbox\" SET \"type\" = 'a.b' WHERE \"eventId\" = 'last'");
  EXPECT_EQ(look(), "last");
}

TEST_F(CopiedRows, WhereNothingIsCheckedEveryRowIsAnsweredAndNoneDeleted) {
  settings_.keep_s = 0;
  source_ = std::move(*TableSource::open(settings_));
  for (const char* id : {"a", "b"}) add(id);
  read();
  checked_ = kNothingIsChecked;
  EXPECT_FALSE(*source_->tidy(place_, checked_));
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutbox\""), "2");
  EXPECT_EQ(look(), "a b");
  EXPECT_EQ(look(), "");
  // While a transaction from before the place is open, a row may still come there.
  pqxx::connection connection(server().url(database_));
  pqxx::work work(connection);
  work.exec("SELECT pg_current_xact_id()");
  add("c");
  const std::string place =
      sql("SELECT \"txid\"::text || ':' || \"position\"::text FROM "
          "\"EventOutbox\" WHERE \"eventId\" = 'c'");
  EXPECT_EQ(source_->passed("", place, std::string(kNothingIsChecked))->mark, "");
}

TEST_F(CopiedRows, AreFoundPieceByPiece) {
  sql("INSERT INTO \"EventOutbox\" (\"eventId\", \"txid\") SELECT 'e' || i, 10 + i % 3 FROM "
      "generate_series(1, " +
      std::to_string(TableSql::kPassedRows * 2) + ") i");
  add("last");
  place_ =
      sql("SELECT \"txid\"::text || ':' || \"position\"::text FROM \"EventOutbox\" WHERE "
          "\"eventId\" = 'last'");
  const Result<SkippedPage> first = source_->passed("", place_, "");
  EXPECT_EQ(first->rows.size(), TableSql::kPassedRows);
  EXPECT_FALSE(first->is_last);
  const Result<SkippedPage> second = source_->passed(first->end, place_, "");
  EXPECT_EQ(second->rows.size(), TableSql::kPassedRows);
  const Result<SkippedPage> third = source_->passed(second->end, place_, "");
  EXPECT_TRUE(third->rows.empty());
  EXPECT_TRUE(third->is_last);
}

TEST_F(CopiedRows, AChangedRowAtThePlaceIsProofAndAMissingOneIsNot) {
  EXPECT_TRUE(*source_->check_place("", ""));
  add("a");
  read();
  EXPECT_TRUE(*source_->check_place(place_, "a"));
  sql("DELETE FROM \"EventOutbox\"");
  EXPECT_FALSE(*source_->check_place(place_, "a"));
}

}  // namespace
}  // namespace courtside
