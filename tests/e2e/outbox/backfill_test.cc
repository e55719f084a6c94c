// Goal: `courtside outbox backfill` brings every row of the platform's old audit log into the log
// once, however often it runs and whatever interrupts it.
#include <gmock/gmock.h>

#include <set>

#include "tests/e2e/outbox/support/outbox_command.h"

namespace courtside::e2e {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kAuditLog = R"sql(
CREATE TABLE "AuditLog" (
  id TEXT PRIMARY KEY, "timestamp" TIMESTAMP(3) NOT NULL, level TEXT, message TEXT, service TEXT,
  "correlationId" TEXT, "actorId" TEXT, "actorType" TEXT, "resourceType" TEXT, "resourceId" TEXT,
  "oldValue" JSONB, "newValue" JSONB, details JSONB, error JSONB);
)sql";

// `count` rows; many have the same time, and time order differs from id order.
std::string rows_sql(int count) {
  return R"sql(INSERT INTO "AuditLog" (id, "timestamp", level, message, "resourceType",
    "resourceId", "actorId", "newValue")
    SELECT md5(n::text), '2025-06-01 10:00:00'::timestamp + (n / 300) * interval '1 ms', 'info',
      'did ' || n, 'Booking', 'b_' || n % 7, 'u_1',
      to_jsonb(to_json(json_build_object('n', n)::text)::text)
    FROM generate_series(1, )sql" +
         std::to_string(count) + ") n;";
}

class Backfill : public OutboxCommandTest {
 protected:
  using OutboxCommandTest::OutboxCommandTest;

  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> out = {"backfill", "--url", url(), "--database", database_url()};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  std::string backfill(const std::vector<std::string>& more = {}) const {
    return outbox_command(arguments(more));
  }
};

TEST_F(Backfill, BringsEveryRowOnce) {
  sql(kAuditLog + rows_sql(2500));
  EXPECT_EQ(backfill({"-o", "table"}), "0: 2500 imported, 0 known already, 0 refused\n");
  const std::vector<Logged> log = read_log(http, "type=legacy.audit");
  std::set<std::string> ids;
  for (const Logged& each : log) ids.insert(each.id);
  EXPECT_EQ(log.size(), 2500u);
  EXPECT_EQ(ids.size(), 2500u);
  EXPECT_EQ(backfill({"-o", "table"}), "0: 0 imported, 2500 known already, 0 refused\n");
  EXPECT_EQ(read_log(http).size(), 2500u);

  const auto found = read_log(http, "subject=booking:b_1&limit=1");
  ASSERT_FALSE(found.empty());
  const Json& event = found.front().event;
  EXPECT_EQ(event["source"].text(), "/legacy/audit");
  EXPECT_EQ(event["actorid"].text(), "u_1");
  EXPECT_THAT(event["time"].text(), StartsWith("2025-06-01T10:00:00"));
  EXPECT_EQ(event["data"]["legacy"].raw(), "true");
  EXPECT_EQ(event["data"]["newValue"]["n"].number() % 7, 1);
}

TEST_F(Backfill, TellsWhatItRefusesAndTakesTheRest) {
  sql(kAuditLog + rows_sql(20) +
      R"sql(INSERT INTO "AuditLog" (id, "timestamp", message) VALUES
        ('large', '2025-06-01 10:00:00', repeat('x', 300000)),
        ('huge', '2025-06-01 10:00:00', repeat('x', 20000000)),
        ('never', 'infinity', 'x'),
        (repeat('i', 400), '2025-06-01 10:00:00', 'x'))sql");
  const std::string told = backfill();
  EXPECT_THAT(told, StartsWith("65: "));
  EXPECT_THAT(told, HasSubstr("courtside: row \"large\" is refused: "));
  EXPECT_THAT(told, HasSubstr("courtside: row \"huge\" is refused: the row has 200"));
  EXPECT_THAT(told, HasSubstr("courtside: row \"never\" is refused: `timestamp` is no time"));
  EXPECT_THAT(told,
              HasSubstr("\n{\"imported\":20,\"known\":0,\"refused\":4,\"reasons\":[{\"id\":"));
  EXPECT_EQ(read_log(http).size(), 20u);
}

class BackfillOfSmallBodies : public Backfill {
 protected:
  BackfillOfSmallBodies() : Backfill({"--limits-body-bytes", "16KiB"}) {}
};

TEST_F(BackfillOfSmallBodies, SendsInPiecesWhatIsTooLargeForTheServer) {
  sql(kAuditLog + rows_sql(300) +
      "INSERT INTO \"AuditLog\" (id, \"timestamp\", message) VALUES "
      "('large', '2025-06-01 10:00:00', repeat('x', 20000))");
  const std::string told = backfill({"-o", "table"});
  EXPECT_THAT(told, HasSubstr("courtside: row \"large\" is refused: "));
  EXPECT_THAT(told, EndsWith("\n300 imported, 0 known already, 1 refused\n"));
}

TEST_F(Backfill, WaitsForAServerThatRestarts) {
  sql(kAuditLog + rows_sql(1200));
  server.kill();
  std::vector<std::string> command = {courtside_binary(), "outbox"};
  for (const std::string& each : arguments({"-o", "table"})) command.push_back(each);
  Process process(command);
  // It has read its first page and is waiting for the server.
  const Deadline deadline;
  while (sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'courtside' "
             "AND datname = current_database() AND state = 'idle' AND query = 'ROLLBACK'") != "1") {
    ASSERT_FALSE(deadline.expired());
  }
  server.start();
  EXPECT_EQ(process.wait(), 0) << process.output();
  EXPECT_EQ(process.whole_output(), "1200 imported, 0 known already, 0 refused\n");
}

// UUIDs as ids, times with a zone, other column names.
TEST_F(Backfill, ReadsAnotherShapeByAnotherQuery) {
  sql(R"sql(CREATE TABLE "Trail" (uid UUID PRIMARY KEY, at TIMESTAMPTZ, details TEXT);
      INSERT INTO "Trail" SELECT gen_random_uuid(), '2025-06-01 15:30:00+05:30', '{"n":1}'
      FROM generate_series(1, 1500);)sql");
  const std::string query =
      R"sql(SELECT uid AS id, at AS "timestamp", details FROM "Trail"
      WHERE (at, uid::text) > ($1::timestamptz, $2) ORDER BY at, uid::text LIMIT $3; )sql";
  EXPECT_EQ(backfill({"-o", "table", "--query", query}),
            "0: 1500 imported, 0 known already, 0 refused\n");
  const Json event = read_log(http, "limit=1").front().event;
  EXPECT_EQ(event["time"].text(), "2025-06-01T10:00:00Z");
  EXPECT_EQ(event["data"]["details"].raw(), "{\"n\":1}");
}

TEST_F(Backfill, SaysWhatStopsIt) {
  EXPECT_THAT(backfill({"-o", "table"}),
              StartsWith("78: courtside: relation \"AuditLog\" does not exist\n0 imported, 0 "));
  sql(kAuditLog + rows_sql(5));
  EXPECT_THAT(backfill({"--query",
                        "SELECT * FROM \"AuditLog\" WHERE $1 <> '' AND $2 <> 'x' "
                        "LIMIT $3"}),
              HasSubstr("--query gives the same rows again"));
  EXPECT_THAT(outbox_command({"backfill", "--url", url(), "--database", "host=127.0.0.1 port=1"}),
              StartsWith("69: courtside: "));
}

class BackfillWithAccess : public Backfill {
 protected:
  BackfillWithAccess()
      : Backfill({"--access-jwt-secret", "a secret of more than 32 bytes, it is"}) {}
};

TEST_F(BackfillWithAccess, NeedsARightToPublish) {
  sql(kAuditLog + rows_sql(5));
  EXPECT_THAT(backfill(), StartsWith("77: courtside: publishing takes a token (`--token`, "
                                     "COURTSIDE_TOKEN)\n{\"imported\":0,"));
}

}  // namespace
}  // namespace courtside::e2e
