// Goal: the statements of a table outbox are made of its settings and of one list of columns.
#include "engine/postgres/table_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/outbox/outbox_row.h"
#include "engine/postgres/outbox_sql.h"
#include "engine/postgres/sql_text.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SqlText, ValuesTakeThePlaceOfTheirNames) {
  EXPECT_EQ(filled("SELECT {a}, {b}, {a}", {{"a", "1"}, {"b", "2"}}), "SELECT 1, 2, 1");
  EXPECT_EQ(filled("SELECT 1", {}), "SELECT 1");
  EXPECT_EQ(filled("{a}", {{"a", "{b}"}, {"b", "2"}}), "{b}");  // a value is not looked at
  EXPECT_DEATH(filled("{c}", {{"a", "1"}}), "value");
}

TEST(TableSql, ReadsEachTextColumnOfTheTable) {
  const OutboxSettings settings;
  const std::string table = outbox_sql(settings, {});
  const std::string page = TableSql(settings).page();
  for (const OutboxText& text : kOutboxTexts) {
    const std::string name = "\"" + std::string(text.name) + "\"";
    EXPECT_THAT(table, HasSubstr("\n  " + name + " TEXT"));
    EXPECT_THAT(page, HasSubstr("left(p." + name + ", 300)"));
  }
}

TEST(TableSql, NamesTheTablesOfTheSettings) {
  OutboxSettings settings;
  settings.table = "events.Out\"box";
  settings.rejected_table = "events.Rejected";
  settings.name = "it's";
  const TableSql sql(settings);
  const std::string table = R"("events"."Out""box")";
  for (const std::string& each :
       {sql.page(), sql.lowest_unread(), sql.next_transaction(), sql.row_at(), sql.passed(""),
        sql.tidy("5"), sql.lag(), sql.read_copied_statement(), sql.read_skipped_statement()}) {
    EXPECT_THAT(each, HasSubstr(table));
    EXPECT_THAT(each, Not(HasSubstr("{")));
  }
  EXPECT_THAT(sql.passed(""), HasSubstr(R"("events"."Rejected" r)"));
  EXPECT_THAT(sql.read_skipped_statement(), HasSubstr("\"source\" = 'it''s' AND"));
}

TEST(TableSql, LooksOnlyAtWhatWasWrittenSinceTheMark) {
  const TableSql sql{OutboxSettings()};
  EXPECT_THAT(sql.passed("none"), HasSubstr("SELECT t.*, true AND"));
  EXPECT_THAT(sql.passed("none"), Not(HasSubstr("xmin::text")));
  EXPECT_THAT(sql.passed(""), Not(HasSubstr("age(t.xmin)")));
  EXPECT_THAT(sql.passed("4294967301"), HasSubstr("age(t.xmin) <= age('5'::xid)"));
  EXPECT_THAT(sql.tidy("7"), HasSubstr("AND NOT (t.xmin::text::bigint"));
}

}  // namespace
}  // namespace courtside
