// Goal: the server's answer about its sources becomes a table for a person, and lines for a program
// as they came.
#include "cli/commands/outbox_status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/outbox/outbox_status.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kTable =
    R"({"name":"platform","kind":"table","state":"reading","detail":"","database":"73/1/16384",)"
    R"("place":"812345:990","events":120,"duplicates":1,"rejected":2,"held":3,"late":4,"ahead":5,)"
    R"("lag":{"rows":3,"more":false,"seconds":0.4,"bytes":0,"slot":"","rejected":2},)"
    R"("oldesttransaction":{"pid":4711,"holder":"app@10.0.0.7 (psql), idle in transaction",)"
    R"("seconds":9.2},"heard":"2026-11-23T10:00:00.000000Z"})";
const std::string kMessages =
    R"({"name":"pay","kind":"messages","state":"refused","detail":"the slot \"x\"\nis lost",)"
    R"("events":7,"lag":{"rows":0,"bytes":3145728,"slot":"lost","rejected":0},"heard":""})";

std::string shown(const std::string& answer, OutputFormat format) {
  const Result<OutboxStatusText> status = outbox_status_text(answer, format);
  return status ? status->text : std::string(info(status.error().code).name);
}

TEST(OutboxStatus, IsATableForAPerson) {
  const std::string answer = "{\"sources\":[" + kTable + ",\n" + kMessages + "]}";
  EXPECT_EQ(shown(answer, OutputFormat::kTable), std::string(R"(
SOURCE    KIND      STATE    EVENTS  BEHIND          HEARD (UTC)
platform  table     reading     120  3 rows, 0.4 s   2026-11-23 10:00:00
  1 known, 2 rejected, 3 held, 4 late, 5 ahead
  2 rows in the table of rejected ones
  oldest transaction: 9.2 s, pid 4711, app@10.0.0.7 (psql), idle in transaction
pay       messages  refused       7  3.0 MiB of WAL  -
  the slot "x" is lost
  the slot is lost
)")
                                                     .substr(1));
  EXPECT_EQ(outbox_status_text(answer, OutputFormat::kTable)->sources, 2u);
}

// The server's own words; a prepared transaction is nobody's process.
TEST(OutboxStatus, UnderstandsWhatTheServerWrites) {
  OutboxStatus status;
  status.name = "platform";
  status.state = OutboxStatus::State::kUnreachable;
  status.detail = "timeout";
  status.lag.rows = 3;
  status.lag.more_rows = true;
  status.lag.seconds = 9;
  status.lag.oldest = {.pid = 0, .id = 5, .holder = "prepared transaction x of y", .seconds = 1.5};
  const std::string text =
      shown("{\"sources\":[" + outbox_status_json(status) + "]}", OutputFormat::kTable);
  EXPECT_THAT(text, HasSubstr("platform  table  unreachable"));
  EXPECT_THAT(text, HasSubstr("  3+ rows, 9.0 s  -\n  timeout\n"));
  EXPECT_THAT(text, HasSubstr("\n  oldest transaction: 1.5 s, prepared transaction x of y\n"));
  EXPECT_THAT(text, Not(HasSubstr("uncertain")));
}

TEST(OutboxStatus, TellsRowsThatWereNeverReadFromThoseThatAreUncertain) {
  OutboxStatus status;
  status.lag.skipped = 2;
  status.lag.uncertain = 5;
  EXPECT_THAT(shown("{\"sources\":[" + outbox_status_json(status) + "]}", OutputFormat::kTable),
              HasSubstr("\n  2 rows were never read\n"
                        "  5 rows are uncertain: they may or may not have been read\n"));
}

TEST(OutboxStatus, IsALineForEachSource) {
  const std::string answer = "{\"sources\": [" + kTable + ",\r\n{\"name\":\n\"b\"}]}";
  EXPECT_EQ(shown(answer, OutputFormat::kJsonl), kTable + "\n{\"name\": \"b\"}\n");
  EXPECT_EQ(shown(answer, OutputFormat::kJson),
            "{\"sources\": [" + kTable + ",  {\"name\": \"b\"}]}\n");
}

TEST(OutboxStatus, ReadsWhatIsNotThereAsNothing) {
  const std::string text = shown(R"({"sources":[{}]})", OutputFormat::kTable);
  EXPECT_THAT(text, HasSubstr("\n"));
  EXPECT_THAT(text, Not(HasSubstr("transaction")));
  EXPECT_THAT(
      shown(R"({"sources":[{"lag":{"rows":9,"more":true,"seconds":400}}]})", OutputFormat::kTable),
      HasSubstr("9+ rows, 7 min"));
}

TEST(OutboxStatus, TellsNoSourceFromNoAnswer) {
  EXPECT_EQ(outbox_status_text(R"({"sources":[]})", OutputFormat::kTable)->sources, 0u);
  EXPECT_EQ(shown(R"({"sources":[]})", OutputFormat::kTable), "");
  for (const char* answer : {"", "[]", "{}", R"({"sources":{}})", R"({"sources":[1]})", "{\"a\":1",
                             "\xff", R"({"sources":[{]})"}) {
    EXPECT_EQ(shown(answer, OutputFormat::kTable), "internal") << answer;
  }
}

}  // namespace
}  // namespace courtside
