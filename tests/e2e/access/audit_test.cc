// Goal: reading another account's data leaves one audit event with reader and query; reading one's
// own data, or being refused, leaves none.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

struct Audit : AccessTest {
  explicit Audit(const std::vector<std::string>& flags = {}) : AccessTest(flags) {}

  HttpResponse page_of(const std::string& token, const std::string& query) {
    HttpClient http(port(), bearer(token));
    return http.get("/v1/events?" + query, "application/json");
  }

  // The audit events in the log, without those of the auditor's own reads. The fence makes sure
  // that events on their way into the log are included.
  std::vector<Json> traces() {
    publish({.id = "fence"});
    HttpClient http(port(), bearer(platform.token("account-AUDITOR")));
    std::vector<Json> found;
    for (const Logged& event : read_log(http, "type=audit.queried")) {
      if (event.event["data"]["by"].text() != "account-AUDITOR") found.push_back(event.event);
    }
    return found;
  }

  const std::string care = platform.token("account-BMSP_CUSTOMER_CARE");
  const std::string user = platform.token("account-USER");
};

const std::string kOfUser = "channel=user:account-USER";

TEST_F(Audit, SupportThatReadsAUsersHistoryLeavesOneTrace) {
  for (const char* n : {"1", "2", "3"}) publish(notification(n, "account-USER"));
  const HttpResponse page =
      page_of(care, kOfUser + "&type=notification.*&since=2020-01-01T00:00:00Z&limit=2");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.json()["events"].size(), 2u);

  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 1u);
  const Json data = found[0]["data"];
  EXPECT_EQ(data["by"].text(), "account-BMSP_CUSTOMER_CARE");
  EXPECT_EQ(found[0]["actorid"].text(), "account-BMSP_CUSTOMER_CARE");
  EXPECT_EQ(data["rows"].number(), 2);
  EXPECT_EQ(data["filter"]["channels"].raw(), R"(["user:account-USER"])");
  EXPECT_EQ(data["filter"]["types"].raw(), R"(["notification.*"])");
  EXPECT_EQ(data["filter"]["since"].text().substr(0, 10), "2020-01-01");
}

// Files have the same rights, audit events and projections.
TEST_F(Audit, FilesLeaveTheSameTraceAndShowTheSame) {
  for (const char* n : {"1", "2", "3"}) publish(notification(n, "account-USER"));
  const auto file_of = [&](const std::string& token, const std::string& query,
                           const std::string& media) {
    HttpClient http(port(), bearer(token));
    return http.get("/v1/events?" + query, media);
  };
  for (const char* media : {"application/x-ndjson", "text/csv"}) {
    EXPECT_EQ(file_of(care, kOfUser, media).status, 200);
    EXPECT_EQ(file_of(platform.token("account-other-USER"), kOfUser, media).status, 403);
    EXPECT_EQ(file_of("", kOfUser, media).status, 401);
    EXPECT_EQ(file_of(user, kOfUser, media).status, 200);  // its own: no audit event
    EXPECT_EQ(file_of(user, "subject=notification:1", media).status, 403) << "without a channel";
  }
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 2u);
  for (const Json& trace : found) {
    EXPECT_EQ(trace["data"]["by"].text(), "account-BMSP_CUSTOMER_CARE");
    EXPECT_EQ(trace["data"]["rows"].number(), 3);
    EXPECT_EQ(trace["data"]["filter"]["channels"].raw(), R"(["user:account-USER"])");
  }
  const std::string own = file_of(user, kOfUser, "application/x-ndjson").body;
  EXPECT_EQ(std::count(own.begin(), own.end(), '\n'), 3);
  publish({.id = "slot-1",
           .type = "slot.booked",
           .subject = "slot:s_1",
           .data = R"({"slotId":"s_1","venueId":"venue-1","accountId":"account-USER"})"});
  const std::string shown =
      file_of("", "channel=availability:venue-1", "application/x-ndjson").body;
  EXPECT_NE(shown.find("s_1"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("account-USER"), std::string::npos) << shown;
  EXPECT_EQ(file_of("", "channel=availability:venue-1&actor=x", "text/csv").status, 403);
}

// Anonymous callers may not export: the audit event would name nobody, and repeated requests would
// fill the log.
TEST_F(Audit, AnExportTakesAToken) {
  const std::string query = "/v1/events?channel=availability:venue-1&export=e_1";
  HttpClient anyone(port());
  const HttpResponse refused = anyone.get(query, "application/x-ndjson");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.json()["code"].text(), "unauthorized");
  HttpClient known(port(), bearer(user));
  EXPECT_EQ(known.get(query, "application/x-ndjson").status, 200);
  HttpClient auditor(port(), bearer(platform.token("account-AUDITOR")));
  const std::vector<Logged> found = read_log(auditor, "type=audit.exported");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].event["actorid"].text(), "account-USER");
}

struct SlowAudit : Audit {
  SlowAudit() : Audit({"--limits-publishes-per-second", "1"}) {}
};

TEST_F(SlowAudit, TracesCountAsWhatAnAccountPublishes) {
  const auto refused_of = [&](const std::string& token, const std::string& query,
                              const std::string& media) {
    HttpClient http(port(), bearer(token));
    for (int i = 0; i < 50; ++i) {
      const HttpResponse answer = http.get("/v1/events?" + query, media);
      if (answer.status != 200) return answer.json()["code"].text();
    }
    return std::string("none");
  };
  EXPECT_EQ(refused_of(user, kOfUser + "&export=e_1", "application/x-ndjson"), "rate_limited");
  EXPECT_EQ(refused_of(care, kOfUser, "application/json"), "rate_limited");
  EXPECT_EQ(refused_of(platform.token("account-other-USER"), "channel=user:account-other-USER",
                       "application/json"),
            "none")
      << "what leaves no trace";
}

TEST_F(Audit, ASingleEventOfAUserLeavesOneToo) {
  const Place place = Place::parse(append_one(backend, notification("1", "account-USER")));
  HttpClient http(port(), bearer(care));
  ASSERT_EQ(http.get("/v1/events/" + place.text()).status, 200);
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["data"]["by"].text(), "account-BMSP_CUSTOMER_CARE");
  EXPECT_EQ(found[0]["data"]["rows"].number(), 1);
  EXPECT_EQ(found[0]["data"]["filter"]["channels"].raw(), R"(["user:account-USER"])");
  EXPECT_EQ(found[0]["data"]["filter"]["subject"].text(), "notification:1");
}

// A reader of everything could read the whole log event by event.
TEST_F(Audit, EachSingleEventThatIsReadAsOneOfAllLeavesOne) {
  std::vector<std::string> positions;
  positions.push_back(append_one(backend, {.id = "1",
                                           .type = "booking.created",
                                           .subject = "booking:booking-1",
                                           .data = R"({"bookingId":"booking-1"})"}));
  positions.push_back(append_one(backend, {.id = "2", .subject = "thing:t"}));
  positions.push_back(append_one(backend, notification("3", "account-USER")));
  HttpClient super(port(), bearer(platform.token("account-BMSP_SUPER_ADMIN")));
  for (const std::string& position : positions) {
    EXPECT_EQ(super.get("/v1/events/" + position).status, 200);
  }
  EXPECT_EQ(super.get("/v1/events/" + head().epoch + ":999").status, 404);
  // Its own event leaves none.
  const std::string own = append_one(backend, notification("4", "account-BMSP_SUPER_ADMIN"));
  EXPECT_EQ(super.get("/v1/events/" + own).status, 200);
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), positions.size());
  for (const Json& trace : found) {
    EXPECT_EQ(trace["data"]["by"].text(), "account-BMSP_SUPER_ADMIN");
    EXPECT_EQ(trace["data"]["filter"]["channels"].raw(), R"(["*"])");
    EXPECT_EQ(trace["data"]["rows"].number(), 1);
  }
  EXPECT_EQ(found[1]["data"]["filter"]["subject"].text(), "thing:t");
}

// Support may read it as an event of the booking, whoever booked.
TEST_F(Audit, AnEventThatIsReadForItsBookingLeavesNone) {
  const std::string position =
      append_one(backend, {.id = "1",
                           .type = "booking.created",
                           .subject = "booking:booking-1",
                           .data = R"({"bookingId":"booking-1","accountId":"account-USER"})"});
  HttpClient http(port(), bearer(care));
  EXPECT_EQ(http.get("/v1/events/" + position).status, 200);
  EXPECT_EQ(page_of(care, "channel=booking:booking-1").status, 200);
  EXPECT_TRUE(traces().empty());
}

TEST_F(Audit, WhoIsRefusedLeavesNone) {
  const std::string position = append_one(backend, notification("1", "account-USER"));
  for (const char* account : {"account-other-USER", "account-BMSP_BOOKINGS_ADMIN"}) {
    const std::string token = platform.token(account);
    EXPECT_EQ(page_of(token, kOfUser).status, 403);
    HttpClient http(port(), bearer(token));
    EXPECT_EQ(http.get("/v1/events/" + position).status, 404);
  }
  EXPECT_EQ(page_of("", kOfUser).status, 401);
  EXPECT_EQ(page_of(care, kOfUser + "&limit=0").status, 400);
  // Invalid UTF-8 in an audit event would break every reader of `*` as long as the log keeps it.
  for (const char* bytes : {"&actor=%FF", "&type=%FF", "&correlationid=a%00b"}) {
    EXPECT_EQ(page_of(care, kOfUser + bytes).status, 400) << bytes;
  }
  // Live reads are refused to support by the same right, and leave none.
  Session live = session(care);
  live.say(subscribe_message({.channels = {"user:account-USER"}}));
  live.expect_error("forbidden");
  EXPECT_TRUE(traces().empty());
}

TEST_F(Audit, OnesOwnReadsLeaveNone) {
  const std::string position = append_one(backend, notification("1", "account-USER"));
  EXPECT_EQ(page_of(user, kOfUser).json()["events"].size(), 1u);
  HttpClient http(port(), bearer(user));
  EXPECT_EQ(http.get("/v1/events/" + position).status, 200);
  Session live = session(user);
  live.subscribe({.channels = {"user:account-USER"}, .from = R"("earliest")"});
  live.expect_event();
  EXPECT_TRUE(traces().empty());
}

TEST_F(Audit, WhoListensToAnotherAccountLeavesATraceBeforeItBegins) {
  Session super = session(platform.token("account-BMSP_SUPER_ADMIN"));
  super.subscribe({.channels = {"user:account-USER"}});
  super.expect("live");
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["data"]["filter"]["channels"].raw(), R"(["user:account-USER"])");
}

// The audit event is only for auditors: it is in no channel, not even the account's.
TEST_F(Audit, ATraceIsForThoseWhoMayReadEverything) {
  publish(notification("1", "account-USER"));
  ASSERT_EQ(page_of(care, kOfUser).status, 200);
  const Json trace = traces().at(0);
  const std::string position = head().epoch + ":" + std::to_string(logged(trace).offset);
  for (const std::string& token : {user, care}) {
    HttpClient http(port(), bearer(token));
    EXPECT_EQ(http.get("/v1/events/" + position).status, 404);
    EXPECT_EQ(page_of(token, "type=audit.queried").status, 403);
  }
  EXPECT_EQ(page_of(user, kOfUser).json()["events"].size(), 1u);
}

}  // namespace
}  // namespace courtside::e2e
