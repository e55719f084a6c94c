// Goal: a state, a calendar and a list of notifications show each caller what the events would show
// it, and reading another account's leaves an audit event.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

struct StateRights : AccessTest {
  using AccessTest::AccessTest;

  HttpResponse get(const std::string& account, const std::string& target) {
    HttpClient http(port(), bearer(account.empty() ? "" : platform.token("account-" + account)));
    return http.get(target);
  }
  HttpResponse state(const std::string& account, const std::string& subject,
                     const std::string& more = "") {
    return get(account, "/v1/subjects/" + subject + "?at=now" + more);
  }

  static std::set<std::string> names(const Json& object) {
    std::set<std::string> all;
    for (const auto& [name, value] : object.members()) all.insert(name);
    return all;
  }

  // The audit events as the auditor reads them, without those of its own reads.
  std::vector<Json> traces() {
    publish({.id = "fence"});
    HttpClient http(port(), bearer(platform.token("account-AUDITOR")));
    std::vector<Json> found;
    for (const Logged& event : read_log(http, "type=audit.queried")) {
      if (event.event["data"]["by"].text() != "account-AUDITOR") {
        found.push_back(event.event["data"]);
      }
    }
    return found;
  }
};

Draft refund() {
  return {.id = "refund",
          .type = "refund.requested",
          .subject = "refund:r_1",
          .data = R"({"refundId":"r_1","paymentId":"p_1","bookingId":"b_1","venueId":"venue-1",)"
                  R"("amount":{"minor":45000,"currency":"INR"},"code":"late","method":"UPI",)"
                  R"("note":"kept"})"};
}

Draft held() {
  return {.id = "held",
          .type = "slot.held",
          .subject = "slot:s_1",
          .data = R"({"slotId":"s_1","venueId":"venue-1","start":"2026-11-01T10:00:00Z",)"
                  R"("end":"2026-11-01T11:00:00Z","price":{"minor":1,"currency":"INR"},)"
                  R"("accountId":"account-USER","holdId":"h_1","note":"for Anna"})",
          .more = R"(,"actorid":"account-USER","correlationid":"c_1")"};
}

// A second reader finds nothing in the cache that only the first one may see.
TEST_F(StateRights, AVenuesMoneyIsForThoseWhoKeepItsBooks) {
  publish(refund());
  const std::set<std::string> less = {"bookingId", "venueId",  "note",   "requested",
                                      "status",    "lastType", "version"};
  std::set<std::string> all = less;
  for (const char* name : {"refundId", "paymentId", "amount", "code", "method"}) all.insert(name);
  const auto seen = [this](const std::string& account) {
    const HttpResponse answer = state(account, "refund:r_1", "&channel=venue:venue-1");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return names(answer.json()["state"]);
  };
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(seen("OPERATIONS_MANAGER"), less);
    EXPECT_EQ(seen("VENUE_OWNER"), all);
    EXPECT_EQ(seen("BOOKING_MANAGER"), less);
  }
  const std::string body = state("BOOKING_MANAGER", "refund:r_1", "&channel=venue:venue-1").body;
  for (const char* hidden : {"45000", "INR", "UPI", "late", "p_1"}) {
    EXPECT_EQ(body.find(hidden), std::string::npos) << hidden;
  }
}

TEST_F(StateRights, AvailabilityIsWhatIsFreeWhenAndForHowMuch) {
  publish(held());
  const std::set<std::string> open = {"slotId", "venueId", "start",    "end",
                                      "price",  "status",  "lastType", "version"};
  for (const char* account : {"", "other-USER", "OPERATIONS_MANAGER"}) {
    SCOPED_TRACE(account);
    const HttpResponse answer = state(account, "slot:s_1", "&channel=availability:venue-1");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(names(answer.json()["state"]), open);
    EXPECT_EQ(answer.json()["state"]["status"].text(), "held");
  }
  for (const char* account : {"", "other-USER", "other-VENUE_OWNER"}) {
    SCOPED_TRACE(account);
    const HttpResponse answer = get(account, "/v1/venues/venue-1/calendar");
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_EQ(answer.json()["slots"].size(), 1u);
    EXPECT_EQ(names(answer.json()["slots"].at(0)), open);
    for (const char* hidden : {"account-USER", "h_1", "Anna"}) {
      EXPECT_EQ(answer.body.find(hidden), std::string::npos) << hidden;
    }
  }
  const Json full = get("OPERATIONS_MANAGER", "/v1/venues/venue-1/calendar").json();
  EXPECT_EQ(full["slots"].at(0)["holder"].text(), "account-USER");
  EXPECT_EQ(full["slots"].at(0)["note"].text(), "for Anna");
}

// The ids of the ended booking or hold are visible only to the venue.
TEST_F(StateRights, TheEndOfSomethingElseFreesNoSlotForAnybody) {
  int id = 0;
  const auto tell = [&](const std::string& type, const std::string& more) {
    publish({.id = std::to_string(++id),
             .type = "slot." + type,
             .subject = "slot:s_1",
             .data = R"({"slotId":"s_1","venueId":"venue-1")" + more + "}"});
  };
  const auto expect_status = [&](const std::string& status) {
    for (const char* account : {"", "other-USER", "OPERATIONS_MANAGER", "AUDITOR"}) {
      SCOPED_TRACE(account);
      const Json calendar = get(account, "/v1/venues/venue-1/calendar").json();
      EXPECT_EQ(calendar["slots"].at(0)["status"].text(), status);
      EXPECT_EQ(calendar["slots"].at(0)["version"].number(), id);
      const Json open = state(account, "slot:s_1", "&channel=availability:venue-1").json();
      EXPECT_EQ(open["state"]["status"].text(), status);
    }
  };
  tell("booked", R"(,"bookingId":"b_2","accountId":"account-USER")");
  tell("released", R"(,"bookingId":"b_1","accountId":"account-USER")");
  expect_status("booked");
  tell("maintenance_ended", "");
  tell("hold_expired", R"(,"holdId":"h_1","accountId":"account-USER")");
  expect_status("booked");
  tell("released", R"(,"bookingId":"b_2")");
  expect_status("available");
  tell("held", R"(,"holdId":"h_2","accountId":"account-USER")");
  tell("hold_released", R"(,"holdId":"h_1","accountId":"account-USER")");
  tell("released", R"(,"bookingId":"b_2","accountId":"account-USER")");
  expect_status("held");
}

// Through the subject's own channel it is visible to readers of that channel or of everything.
TEST_F(StateRights, WhatOneMayNotReadAnswersLikeWhatIsNotThere) {
  publish({.id = "b",
           .type = "booking.created",
           .subject = "booking:booking-1",
           .data = R"({"bookingId":"booking-1","accountId":"account-USER"})"});
  publish(held());
  EXPECT_EQ(state("USER", "booking:booking-1").json()["state"]["status"].text(), "PENDING");
  EXPECT_EQ(state("BMSP_CUSTOMER_CARE", "booking:booking-1").status, 200);
  EXPECT_EQ(state("AUDITOR", "slot:s_1").json()["state"]["holdId"].text(), "h_1");

  const std::string nothing = state("BMSP_CUSTOMER_CARE", "booking:none").body;
  for (const char* account : {"", "other-USER", "BMSP_VENUES_ADMIN"}) {
    SCOPED_TRACE(account);
    for (const char* subject : {"booking:booking-1", "booking:none", "slot:s_1", "slot:none"}) {
      const HttpResponse answer = state(account, subject);
      EXPECT_EQ(answer.status, 404) << subject;
      EXPECT_EQ(answer.body, nothing);
    }
    EXPECT_EQ(state(account, "slot:s_1", "&channel=venue:venue-1").body, nothing);
    EXPECT_EQ(state(account, "slot:s_1", "&channel=availability:venue-1&channel=*").body, nothing);
  }
  // A readable channel shows nothing of a subject that is not in it.
  EXPECT_EQ(state("USER", "booking:booking-1", "&channel=availability:venue-1").body, nothing);
}

TEST_F(StateRights, NotificationsAreForTheirAccountAndForSupportWhichLeavesATrace) {
  publish(notification("1", "account-USER"));
  publish(notification("2", "account-other-USER"));
  const std::string path = "/v1/users/account-USER/notifications";
  EXPECT_EQ(get("", path).status, 401);
  for (const char* account : {"other-USER", "VENUE_OWNER", "BMSP_BOOKINGS_ADMIN"}) {
    EXPECT_EQ(get(account, path).status, 403) << account;
  }
  EXPECT_EQ(get("USER", path).json()["notifications"].size(), 1u);
  EXPECT_TRUE(traces().empty());

  EXPECT_EQ(get("BMSP_CUSTOMER_CARE", path + "?since=-1h").json()["unread"].number(), 1);
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["by"].text(), "account-BMSP_CUSTOMER_CARE");
  EXPECT_EQ(found[0]["rows"].number(), 1);
  EXPECT_EQ(found[0]["filter"]["channels"].raw(), R"(["user:account-USER"])");
  EXPECT_TRUE(found[0]["filter"].has("since"));
}

TEST_F(StateRights, AnIdThatTwoAccountsShareShowsNeitherTheOthers) {
  publish(notification("1", "account-USER"));
  publish({.id = "again",
           .type = "notification.created",
           .subject = "notification:1",
           .data = R"({"notificationId":"1","accountId":"account-other-USER","title":"secret"})"});
  // An event that the account publishes itself names no account, and still counts.
  HttpClient own(port(), bearer(platform.token("account-USER")));
  append_one(own, {.id = "read",
                   .type = "notification.read",
                   .subject = "notification:1",
                   .data = R"({"notificationId":"1"})"});
  const HttpResponse answer = get("USER", "/v1/users/account-USER/notifications");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(answer.json()["unread"].number(), 0);
  EXPECT_FALSE(answer.json()["notifications"].at(0)["read"].is_null());
}

TEST_F(StateRights, AStateThatTellsOfAnotherAccountLeavesATraceToo) {
  publish(held());
  publish({.id = "u", .subject = "user:account-USER", .channels = {"user:account-USER"}});
  EXPECT_EQ(state("USER", "user:account-USER").status, 200);
  EXPECT_TRUE(traces().empty());
  EXPECT_EQ(state("BMSP_CUSTOMER_CARE", "user:account-USER").status, 200);
  EXPECT_EQ(state("BMSP_SUPER_ADMIN", "slot:s_1").status, 200);
  EXPECT_EQ(state("BMSP_SUPER_ADMIN", "slot:none").status, 404);
  const std::vector<Json> found = traces();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0]["filter"]["subject"].text(), "user:account-USER");
  EXPECT_EQ(found[0]["rows"].number(), 1);
  EXPECT_EQ(found[1]["filter"]["channels"].raw(), R"(["*"])");
  EXPECT_EQ(found[1]["filter"]["subject"].text(), "slot:s_1");
  EXPECT_EQ(found[2]["rows"].number(), 0);
}

struct ForgottenStates : StateRights {
  ForgottenStates() : StateRights({"--retention-age", "1s"}) {}
};

// Story: `position_expired` was returned to any caller that named a channel, so bookings could be
// guessed.
TEST_F(ForgottenStates, TellThoseWhoMayNotReadThemNothing) {
  publish({.id = "created",
           .type = "booking.created",
           .subject = "booking:b_1",
           .data = R"({"bookingId":"b_1","venueId":"venue-1"})"});
  publish(held());
  // Do not wait by reading the states: a cached state outlives its events.
  wait_until("retention acts", [this] {
    return get("AUDITOR", "/v1/events?type=booking.*&type=slot.*").json()["events"].size() == 0;
  });
  const std::string by_channel = "&channel=availability:venue-1";
  const std::string not_there = state("", "booking:none", by_channel).body;
  for (const char* account : {"", "USER"}) {
    for (const char* subject : {"booking:b_1", "slot:s_1"}) {
      EXPECT_EQ(state(account, subject, by_channel).body, not_there) << account << " " << subject;
      EXPECT_EQ(state(account, subject, by_channel).status, 404) << account << " " << subject;
    }
  }
  EXPECT_EQ(state("AUDITOR", "booking:b_1").status, 410);
  EXPECT_EQ(state("AUDITOR", "booking:b_1", by_channel).status, 410);
  EXPECT_EQ(state("AUDITOR", "booking:none", by_channel).status, 404);
  // A position of another log reveals nothing about the subject.
  EXPECT_EQ(get("", "/v1/subjects/booking:none?at=other:1" + by_channel).status, 410);
}

}  // namespace
}  // namespace courtside::e2e
