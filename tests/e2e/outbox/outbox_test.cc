// Goal: committed events reach the subscriber in their aggregate's order, are delayed only when
// necessary, and invalid rows block nothing.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {
namespace {

using testing::HasSubstr;

using Outbox = OutboxTest;

TEST_F(Outbox, ACommittedRowReachesItsSubscribersAsAnEvent) {
  serve();
  Session session(server_->port());
  session.subscribe({.channels = {"booking:b_1"}});
  session.expect("live");
  pqxx::connection connection(url_);
  pqxx::work work(connection);
  work.exec(R"(INSERT INTO "EventOutbox" ("eventId", "type", "aggregateType", "aggregateId",
      "aggregateVersion", "accountId", "actorId", "actorType", "correlationId", "payload",
      "occurredAt") VALUES ('e_1', 'booking.created', 'booking', 'b_1', 1, '42', '7', 'USER',
      'c_1', '{"bookingId": "b_1", "amount": {"minor": 45000, "currency": "INR"}}',
      '2026-11-23T10:00:00Z'))");
  work.commit();
  const Json event = session.expect_event().event;
  EXPECT_EQ(event["id"].text(), "e_1");
  EXPECT_EQ(event["source"].text(), "/platform");
  EXPECT_EQ(event["subject"].text(), "booking:b_1");
  EXPECT_EQ(event["time"].text(), "2026-11-23T10:00:00.000000Z");
  EXPECT_EQ(event["aggregateversion"].number(), 1);
  EXPECT_EQ(event["actorid"].text(), "7");
  EXPECT_EQ(event["correlationid"].text(), "c_1");
  EXPECT_EQ(event["data"]["accountId"].text(), "42");
}

// Two updates of one booking; the second has the smaller transaction id. A third transaction in
// between keeps the first update behind the guard, so the second is read alone.
TEST_F(Outbox, AnUpdateWaitsForTheOneBeforeItWhoeversNumberIsSmaller) {
  serve();
  commit({.id = "e_1", .version = 1});
  logged_when(1);
  pqxx::connection second_client(url_), between_client(url_);
  pqxx::work second(second_client);
  second.exec("SELECT pg_current_xact_id()");
  pqxx::work between(between_client);
  between.exec("SELECT pg_current_xact_id()");
  commit({.id = "e_2", .version = 2});
  write_row(second, {.id = "e_3", .version = 3});
  second.commit();
  // Other bookings' events are not delayed by the waiting row, only by the guard.
  const Json held = status_when([](const Json& status) { return status["held"].number() == 1; });
  EXPECT_EQ(logged(), "booking:b_1/1");
  EXPECT_EQ(*metric(*http_, "courtside_outbox_held"), 1);
  // A waiting row survives the server.
  server_->kill_and_start();
  http_ = std::make_unique<HttpClient>(server_->port());
  status_when([](const Json& status) { return status["held"].number() == 1; });
  between.commit();
  EXPECT_EQ(logged_when(3), "booking:b_1/1 booking:b_1/2 booking:b_1/3");
  status_when([](const Json& status) { return status["held"].number() == 0; });
}

// As messages, the same two updates come in commit order, and nothing waits, not even for the
// transaction in between.
TEST_F(Outbox, MessagesComeInTheOrderOfCommit) {
  const MessageOutbox outbox = make_message_outbox();
  url_ = outbox.url;
  std::vector<std::string> flags(outbox.flags.begin() + 2, outbox.flags.end());
  serve(flags);
  const auto emit = [](pqxx::transaction_base& work, int version, const std::string& payload) {
    const std::string number = std::to_string(version);
    work.exec_params("SELECT pg_logical_emit_message(true, 'courtside', $1)",
                     R"({"eventId":"e_)" + number +
                         R"(","type":"booking.amended","aggregateType":"booking","aggregateId":)"
                         R"("b_1","aggregateVersion":)" +
                         number + R"(,"payload":)" + payload + "}");
  };
  const std::string good = R"({"bookingId":"b_1"})";
  pqxx::connection first_client(url_), second_client(url_), between_client(url_);
  pqxx::work second(second_client);
  second.exec("SELECT pg_current_xact_id()");
  pqxx::work between(between_client);
  between.exec("SELECT pg_current_xact_id()");
  {
    pqxx::work first(first_client);
    emit(first, 1, good);
    first.commit();
  }
  emit(second, 2, good);
  second.commit();
  EXPECT_EQ(logged_when(2), "booking:b_1/1 booking:b_1/2");
  between.abort();
  // Invalid messages block nothing either: broken JSON, and 10 MB.
  {
    pqxx::work work(first_client);
    emit(work, 3, "{");
    emit(work, 4, "\"" + std::string(10'000'000, 'x') + "\"");
    emit(work, 5, good);
    work.commit();
  }
  EXPECT_EQ(logged_when(3), "booking:b_1/1 booking:b_1/2 booking:b_1/5");
  status_when([](const Json& status) { return status["lag"]["rejected"].number() == 2; });
  EXPECT_THAT(sql("SELECT string_agg(left(\"content\", 12), ' ') FROM \"EventOutboxRejected\""),
              HasSubstr("{\"eventId\":\""));
}

TEST_F(Outbox, AVersionThatNeverComesIsWaitedForWithinBoundsAndTold) {
  serve({"--outbox-hold", "300ms"});
  commit({.id = "e_1", .version = 1});
  commit({.id = "e_3", .version = 3});
  EXPECT_EQ(logged_when(3), "booking:b_1/1 booking:b_1/3");
  const Json warning = read_log(*http_, "type=outbox.*").at(0).event;
  EXPECT_EQ(warning["type"].text(), "outbox.version_missing");
  EXPECT_EQ(warning["data"]["aggregate"].text(), "booking:b_1");
  EXPECT_EQ(warning["data"]["expected"].number(), 2);
  status_when([](const Json& status) { return status["ahead"].number() == 1; });
  EXPECT_EQ(*metric(*http_, "courtside_outbox_ahead_total"), 1);
  commit({.id = "e_2", .version = 2});
  EXPECT_EQ(logged_when(4), "booking:b_1/1 booking:b_1/3 booking:b_1/2");
  status_when([](const Json& status) { return status["late"].number() == 1; });
}

TEST_F(Outbox, AnOpenTransactionIsWaitedForAndNamed) {
  serve({"--outbox-warn", "500ms"});
  commit({.id = "e_0"});
  logged_when(1);
  pqxx::connection client(url_ + "?application_name=forgotten-psql");
  pqxx::work open(client);
  open.exec("CREATE TEMP TABLE t (x int)");
  commit({.id = "e_1"});
  const int idle_s = scaled(10, 2);
  const Json status = status_when([&](const Json& each) {
    return each.has("oldesttransaction") &&
           std::stod(std::string(each["oldesttransaction"]["seconds"].raw())) >= idle_s;
  });
  EXPECT_EQ(logged(), "booking:b_1");
  EXPECT_EQ(status["lag"]["rows"].number(), 1);
  EXPECT_GE(std::stod(std::string(status["lag"]["seconds"].raw())), idle_s - 1);
  EXPECT_EQ(status["oldesttransaction"]["pid"].number(), client.backendpid());
  EXPECT_THAT(status["oldesttransaction"]["holder"].text(), HasSubstr("forgotten-psql"));
  const std::string metrics = http_->get("/metrics").body;
  EXPECT_THAT(metrics,
              HasSubstr("courtside_outbox_oldest_transaction_seconds{source=\"platform\"}"));
  EXPECT_THAT(metrics,
              HasSubstr("courtside_outbox_blocking_transaction_seconds{source=\"platform\","
                        "pid=\"" +
                        std::to_string(client.backendpid()) + "\",holder=\""));
  EXPECT_THAT(server_->process().output(), HasSubstr("forgotten-psql"));
  const auto ended = Deadline::Clock::now();
  open.abort();
  EXPECT_EQ(logged_when(2), "booking:b_1 booking:b_1");
  EXPECT_LT(Deadline::Clock::now() - ended, seconds(is_short() ? 60 : 1));
}

TEST_F(Outbox, BadRowsAreInNobodysWay) {
  serve();
  append_one(*http_, {.id = "known", .subject = "booking:b_1", .source = "/platform"});
  commit({.id = "e_1", .version = 1});
  commit({.id = "bad-time", .version = 2, .payload = R"({"bookingId":"b_1","start":"soon"})"});
  commit({.id = "bad-subject", .version = 3, .payload = R"({"bookingId":"b_2"})"});
  commit({.id = "no-aggregate", .booking = "", .version = 4, .payload = "{}"});
  commit({.id = ""});
  commit({.id = "bad-type", .type = "booking.\x02"});
  commit({.id = "bad\nid"});
  commit({.id = "large",
          .version = 4,
          .payload = "{\"bookingId\":\"b_1\",\"x\":\"" + std::string(10'000'000, 'y') + "\"}"});
  commit({.id = "known"});
  commit({.id = "unknown-type", .type = "loyalty.points_earned", .payload = R"({"points":7})"});
  commit({.id = "nobody", .type = "session.revoked", .payload = R"({"sessionId":"s_1"})"});
  commit({.id = "e_5", .version = 5});
  // The earlier one and three valid ones; none waits for an invalid row's version.
  EXPECT_EQ(logged_when(4), "booking:b_1 booking:b_1/1 booking:b_1 booking:b_1/5");
  const Json status = status_when([](const Json& each) {
    return each["rejected"].number() == 8 && each["lag"]["rejected"].number() == 8 &&
           each["events"].number() == 3;
  });
  EXPECT_EQ(status["duplicates"].number(), 1);
  EXPECT_EQ(status["ahead"].number(), 0);
  EXPECT_EQ(sql("SELECT count(*) FROM \"EventOutboxRejected\""), "8");
  const auto reason = [&](const std::string& id) {
    return sql("SELECT \"reason\" FROM \"EventOutboxRejected\" WHERE \"eventId\" = '" + id + "'");
  };
  EXPECT_THAT(reason("bad-time"), HasSubstr("/data/start"));
  EXPECT_THAT(reason("bad-subject"), HasSubstr("/data/bookingId"));
  EXPECT_THAT(reason("no-aggregate"), HasSubstr("`aggregateId` is missing"));
  EXPECT_THAT(reason(""), HasSubstr("`eventId` is missing"));
  EXPECT_THAT(reason("bad-type"), HasSubstr("/type"));
  EXPECT_THAT(reason("nobody"), HasSubstr("nobody's rights would change"));
  EXPECT_THAT(reason("bad\nid"), HasSubstr("/id"));
  EXPECT_THAT(reason("large"), HasSubstr("10000"));
}

TEST_F(Outbox, SeveralSourcesEachHaveAPlace) {
  const std::string other = make_outbox();
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "courtside.toml";
  std::ofstream(file) << "[[source]]\nname = 'payments'\nurl = '" << other
                      << "'\nevent_source = '/payments'\n";
  serve({"--config", file.string()});
  commit({.id = "e_1"});
  pqxx::connection connection(other);
  pqxx::work work(connection);
  write_row(work, {.id = "e_1", .booking = "b_9"});  // ids are unique per source
  work.commit();
  logged_when(2);
  status_when([](const Json& status) { return status["events"].number() == 1; }, "payments");
  EXPECT_EQ(read_log(*http_, "channel=booking:b_9").at(0).event["source"].text(), "/payments");
}

TEST_F(Outbox, AnotherDatabaseIsRefusedUntilToldWhatToDo) {
  serve();
  commit({.id = "e_1", .version = 4});
  logged_when(1);
  const std::string before = url_;
  url_ = make_outbox();
  commit({.id = "e_1", .version = 1});
  commit({.id = "e_2", .version = 2});
  serve();
  const auto refused = [](const Json& status) { return status["state"].text() == "refused"; };
  const Json status = status_when(refused);
  const std::string detail = status["detail"].text();
  EXPECT_THAT(detail, HasSubstr("this is database " + status["database"].text()));
  EXPECT_EQ(logged(), "booking:b_1/4");

  const auto accept = [](const Json& refusal, const std::string& word) {
    return refusal["database"].text() + ":" + word + "@" + refusal["place"].text();
  };
  serve({"--outbox-accept-database", accept(status, "restart")});
  EXPECT_EQ(logged_when(2), "booking:b_1/4 booking:b_1/2");  // e_1 is known
  EXPECT_EQ(status_when([](const Json&) { return true; })["late"].number(), 0);
  // An accepted restart does not happen again.
  serve({"--outbox-accept-database", accept(status, "restart")});
  wait_until_reading();
  EXPECT_EQ(status_when([](const Json&) { return true; })["duplicates"].number(), 0);

  url_ = before;
  serve();
  serve({"--outbox-accept-database", accept(status_when(refused), "continue")});
  commit({.id = "e_3", .version = 3});
  EXPECT_EQ(logged_when(3), "booking:b_1/4 booking:b_1/2 booking:b_1/3");
}

TEST_F(Outbox, TheDatabaseMayComeLaterThanTheServer) {
  postgres().stop();
  serve();
  const Json status =
      status_when([](const Json& each) { return each["state"].text() == "unreachable"; });
  EXPECT_NE(status["detail"].text(), "");
  EXPECT_EQ(*metric(*http_, "courtside_outbox_up"), 0);
  postgres().start();
  wait_until_reading();
  commit({.id = "e_1"});
  EXPECT_EQ(logged_when(1), "booking:b_1");
}

TEST_F(Outbox, ASilentDatabaseKeepsTheServerFromNothing) {
  serve({"--outbox-query-timeout", "500ms"});
  wait_until_reading();
  postgres().freeze();
  status_when([](const Json& each) { return each["state"].text() == "unreachable"; });
  EXPECT_EQ(http_->get("/health").status, 200);
  http_.reset();
  EXPECT_EQ(server_->terminate(), 0);  // also while it is silent
  postgres().thaw();
}

TEST_F(Outbox, ATableThatIsNotThereIsSaidAndFoundLater) {
  sql("ALTER TABLE \"EventOutbox\" RENAME TO \"Elsewhere\"");
  serve();
  const Json status =
      status_when([](const Json& each) { return each["state"].text() == "refused"; });
  EXPECT_THAT(
      status["detail"].text(),
      HasSubstr(
          "relation \"EventOutbox\" does not exist; run `courtside outbox install --role NAME`"));
  EXPECT_THAT(
      outbox_command({"status", "--url", "http://127.0.0.1:" + std::to_string(server_->port())}),
      StartsWith("69: "));
  sql("ALTER TABLE \"Elsewhere\" RENAME TO \"EventOutbox\"");
  wait_until_reading();
}

}  // namespace
}  // namespace courtside::e2e
