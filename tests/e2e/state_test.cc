// Goal: over HTTP and on the command line, a subject's state at a requested time is correct; a
// venue's calendar and an account's notifications are listed page by page, each entry once.
#include <algorithm>
#include <set>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

Draft booking(const std::string& type, const std::string& more = "") {
  return {.id = type,
          .type = "booking." + type,
          .subject = "booking:b_1",
          .data = R"({"bookingId":"b_1","accountId":"u_1")" + more + "}"};
}

struct States : ServerTest {
  explicit States(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  HttpResponse state(const std::string& subject, const std::string& query) {
    return http.get("/v1/subjects/" + subject + "?" + query);
  }
  // The status member of the state, or the error code.
  std::string status_at(const std::string& at, const std::string& subject = "booking:b_1") {
    const HttpResponse answer = state(subject, "at=" + percent_encoded(at));
    if (answer.status != 200) return answer.json()["code"].text();
    return answer.json()["state"]["status"].text();
  }
  std::string recorded(const std::string& position) {
    return http.get("/v1/events/" + position).json()["recordedtime"].text();
  }
  std::string run_state(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {courtside_binary(), "state", "--url",
                                        "http://127.0.0.1:" + std::to_string(port())};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command);
    const int status = process.wait();
    return std::to_string(status) + ": " + process.whole_output();
  }

  // Walks a list to its end; checks `complete` on each page.
  std::vector<Json> walk(const std::string& path, const std::string& name, int limit) {
    std::vector<Json> all;
    std::string after;
    for (int pages = 0; pages < 1000; ++pages) {
      const Json page = http.get(path + "limit=" + std::to_string(limit) +
                                 (after.empty() ? "" : "&after=" + percent_encoded(after)))
                            .json();
      EXPECT_LE(page[name].size(), static_cast<std::size_t>(limit));
      for (const Json& item : page[name].items()) all.push_back(item);
      EXPECT_EQ(page["next"].is_null(), page["complete"].boolean());
      if (page["next"].is_null()) return all;
      after = page["next"].text();
    }
    ADD_FAILURE() << "the list has no end";
    return all;
  }
};

TEST_F(States, ASubjectStandsAsItStood) {
  const std::string created = append_one(http, booking("created", R"(,"note":{ "minor":1e2})"));
  const std::string confirmed = append_one(http, booking("confirmed"));
  append_one(http, {.id = "other"});
  const std::string cancelled = append_one(http, booking("cancelled"));

  EXPECT_EQ(status_at(created), "PENDING");
  EXPECT_EQ(status_at(confirmed), "CONFIRMED");
  EXPECT_EQ(status_at(cancelled), "CANCELLED");
  EXPECT_EQ(status_at("now"), "CANCELLED");
  EXPECT_EQ(status_at("-0s"), "CANCELLED");
  EXPECT_EQ(status_at(recorded(confirmed)), "CONFIRMED");
  EXPECT_EQ(status_at("2126-01-01T00:00:00Z"), "CANCELLED");
  EXPECT_EQ(status_at("-1h"), "not_found");
  EXPECT_EQ(status_at("now", "booking:b_2"), "not_found");
  EXPECT_EQ(status_at("other:1"), "position_expired");
  EXPECT_EQ(status_at(Place::parse(created).epoch + ":99"), "position_expired");
  EXPECT_EQ(status_at("yesterday"), "bad_request");
  EXPECT_EQ(state("booking:b_1", "channel=booking:b_1").status, 400);
  EXPECT_EQ(state("booking:b_1", "at=now&sate=1").status, 400);
  EXPECT_EQ(state("nothing", "at=now").status, 404);

  const Json answer = state("booking:b_1", "at=" + percent_encoded(confirmed)).json();
  EXPECT_EQ(answer["subject"].text(), "booking:b_1");
  EXPECT_EQ(answer["position"].text(), confirmed);
  EXPECT_EQ(answer["state"]["version"].number(), 2);
  EXPECT_EQ(answer["state"]["lastType"].text(), "booking.confirmed");
  EXPECT_EQ(answer["state"]["note"].raw(), R"({ "minor":1e2})");
  EXPECT_EQ(answer["state"]["confirmed"].text(), recorded(confirmed));
  EXPECT_FALSE(answer.has("foldedfrom"));
  // Without `at` the path returns the version as before.
  EXPECT_EQ(http.get("/v1/subjects/booking:b_1").json()["version"].number(), 3);
}

TEST_F(States, TheCommandShowsIt) {
  const std::string created = append_one(http, booking("created"));
  append_one(http, booking("confirmed"));
  EXPECT_NE(run_state({"booking:b_1", "-o", "table"}).find("\nstatus     CONFIRMED\n"),
            std::string::npos)
      << run_state({"booking:b_1", "-o", "table"});
  const std::string line = run_state({"booking:b_1", "--at", created});
  EXPECT_EQ(line.substr(0, 3), "0: ");
  EXPECT_EQ(Json::parse(line.substr(3))["state"]["status"].text(), "PENDING");
  EXPECT_EQ(run_state({"booking:b_2"}).substr(0, 14), "1: courtside: ");
  EXPECT_EQ(run_state({"booking:b_1", "--at", "other:1"}).substr(0, 15), "66: courtside: ");
}

TEST_F(States, AreTheSameAfterARestart) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 900; ++i) {
    drafts.push_back({.id = std::to_string(i),
                      .subject = "thing:t",
                      .data = R"({"n":)" + std::to_string(i) + "}"});
  }
  append(http, drafts);
  const Place head = read_head_place(http);
  const auto n_at = [&](std::uint64_t offset) {
    return state("thing:t", "at=" + head.epoch + ":" + std::to_string(offset)).json()["state"];
  };
  for (int started = 0; started < 2; ++started) {
    for (const std::uint64_t offset : {900U, 899U, 512U, 511U, 1U}) {
      EXPECT_EQ(n_at(offset)["n"].number(), static_cast<std::int64_t>(offset) - 1);
      EXPECT_EQ(n_at(offset)["version"].number(), static_cast<std::int64_t>(offset));
    }
    if (started == 0) {
      http.close();
      server.kill_and_start();
    }
  }
}

Draft slot(const std::string& id, const std::string& n, const std::string& type) {
  return {.id = id,
          .type = "slot." + type,
          .subject = "slot:s_" + n,
          .data = R"({"slotId":"s_)" + n + R"(","venueId":"v_1","accountId":"u_1","start":)" +
                  "\"2026-11-01T1" + n + R"(:00:00Z","end":"2026-11-01T1)" + n + R"(:59:00Z"})"};
}

TEST_F(States, ACalendarListsEachSlotAsItStood) {
  int id = 0;
  const auto tell = [&](const std::string& n, const std::string& type) {
    return append_one(http, slot(std::to_string(++id), n, type));
  };
  for (const char* n : {"3", "1", "0", "2"}) tell(n, "price_changed");
  const std::string then = tell("1", "held");
  append_one(http, booking("created", R"(,"venueId":"v_1")"));
  tell("1", "booked");
  tell("2", "maintenance_started");
  for (int i = 0; i < 5; ++i) tell("0", "price_changed");

  const auto told = [&](const std::string& query, int limit) {
    std::set<std::string> all;
    const auto slots = walk("/v1/venues/v_1/calendar?" + query, "slots", limit);
    for (const Json& each : slots) all.insert(each["slotId"].text() + " " + each["status"].text());
    EXPECT_EQ(all.size(), slots.size());
    std::string text;
    for (const std::string& each : all) text += (text.empty() ? "" : ", ") + each;
    return text;
  };
  for (const int limit : {1, 2, 3, 4, 100}) {
    EXPECT_EQ(told("", limit), "s_0 available, s_1 booked, s_2 maintenance, s_3 available");
    EXPECT_EQ(told("at=" + percent_encoded(then) + "&", limit),
              "s_0 available, s_1 held, s_2 available, s_3 available");
    EXPECT_EQ(told("from=2026-11-01T11:30:00Z&to=2026-11-01T13:00:00Z&", limit),
              "s_1 booked, s_2 maintenance");
  }
  const Json page = http.get("/v1/venues/v_1/calendar").json();
  EXPECT_EQ(page["slots"].at(0)["slotId"].text(), "s_0");  // sorted by start
  EXPECT_EQ(page["slots"].at(3)["slotId"].text(), "s_3");
  EXPECT_EQ(page["slots"].at(1)["holder"].text(), "u_1");
  EXPECT_EQ(page["position"].text(), read_head_place(http).text());
  EXPECT_EQ(told("at=-1h&", 10), "");
  EXPECT_EQ(http.get("/v1/venues/v_1/calendar?limit=0").status, 400);
  EXPECT_EQ(http.get("/v1/venues/v_1/calendar?after=other:3").status, 410);
  EXPECT_EQ(http.get("/v1/venues/v_1/calender").status, 404);
  EXPECT_EQ(http.post("/v1/venues/v_1/calendar", "text/plain", "x").status, 405);
}

struct FewRecords : States {
  FewRecords() : States({"--limits-page-scanned", "20"}) {}
};

// A page that may examine few records is continued by the next one, and each slot is listed once.
TEST_F(FewRecords, AListEndsAPageWhereItHasLookedFarEnough) {
  int id = 0;
  for (int round = 0; round < 12; ++round) {
    for (const char* n : {"0", "1", "2", "3"}) {
      append_one(http, slot(std::to_string(++id), n, round % 2 == 0 ? "held" : "hold_expired"));
    }
  }
  const std::vector<Json> slots = walk("/v1/venues/v_1/calendar?", "slots", 100);
  EXPECT_EQ(slots.size(), 4u);
  for (const Json& each : slots) EXPECT_EQ(each["version"].number(), 12);
  EXPECT_FALSE(http.get("/v1/venues/v_1/calendar").json()["complete"].boolean());
  // A state is read in as many pieces as it needs.
  EXPECT_EQ(state("slot:s_0", "at=now").json()["state"]["version"].number(), 12);
}

Draft notification(const std::string& id, const std::string& n, const std::string& type,
                   const std::string& more = "") {
  return {.id = id,
          .type = "notification." + type,
          .subject = "notification:n_" + n,
          .data = R"({"notificationId":"n_)" + n + "\"" + more + "}"};
}

TEST_F(States, NotificationsAreListedTheNewestFirst) {
  int id = 0;
  const auto tell = [&](const std::string& n, const std::string& type, const std::string& more) {
    return append_one(http, notification(std::to_string(++id), n, type, more));
  };
  const std::string to_user = R"(,"accountId":"u_1")";
  tell("1", "created", to_user + R"(,"kind":"BOOKING","title":"One","bookingId":"b_1")");
  const std::string second = tell("2", "created", to_user + R"(,"kind":"OFFER")");
  tell("3", "created", to_user + R"(,"kind":"BOOKING")");
  tell("4", "created", R"(,"accountId":"u_2")");
  tell("1", "dispatched", R"(,"channel":"PUSH","attempt":1)");
  tell("1", "failed", to_user + R"(,"channel":"PUSH")");
  tell("1", "dispatched", R"(,"channel":"EMAIL")");
  const std::string delivered = tell("1", "delivered", R"(,"channel":"EMAIL")");
  const std::string read = tell("1", "read", "");

  const auto told = [&](const std::string& query, int limit = 100) {
    std::string text;
    for (const Json& each : walk("/v1/users/u_1/notifications?" + query, "notifications", limit)) {
      text += (text.empty() ? "" : " ") + each["id"].text();
    }
    return text;
  };
  for (const int limit : {1, 2, 100}) EXPECT_EQ(told("", limit), "n_3 n_2 n_1");
  EXPECT_EQ(told("kind=BOOKING&"), "n_3 n_1");
  EXPECT_EQ(told("unread=true&"), "n_3 n_2");
  EXPECT_EQ(told("unread=false&"), "n_1");
  EXPECT_EQ(told("since=" + recorded(second) + "&"), "n_3 n_2");
  EXPECT_EQ(told("until=" + recorded(second) + "&"), "n_1");
  EXPECT_EQ(told("since=-1h&until=-30m&"), "");

  const Json page = http.get("/v1/users/u_1/notifications").json();
  EXPECT_EQ(page["unread"].number(), 2);
  EXPECT_FALSE(page.has("unreadcomplete"));
  const Json one = page["notifications"].at(2);
  EXPECT_EQ(one["title"].text(), "One");
  EXPECT_EQ(one["bookingId"].text(), "b_1");
  EXPECT_EQ(one["read"].text(), recorded(read));
  EXPECT_TRUE(one["seen"].is_null());
  ASSERT_EQ(one["deliveries"].size(), 2u);
  const Json email = one["deliveries"].at(0);
  EXPECT_EQ(email["channel"].text(), "EMAIL");
  EXPECT_EQ(email["delivered"].text(), recorded(delivered));
  EXPECT_TRUE(email["failed"].is_null());
  EXPECT_EQ(one["deliveries"].at(1)["attempt"].number(), 1);
  EXPECT_FALSE(one["deliveries"].at(1)["failed"].is_null());
  EXPECT_EQ(http.get("/v1/users/u_3/notifications").json()["unread"].number(), 0);
  EXPECT_EQ(http.get("/v1/users/u_1/notifications?unread=1").status, 400);
}

TEST_F(States, ANotificationThatIsCreatedTwiceIsListedOnce) {
  int id = 0;
  for (const char* n : {"1", "2", "1", "3"}) {
    append_one(http,
               notification("twice" + std::to_string(++id), n, "created", R"(,"accountId":"u_1")"));
  }
  for (const int limit : {1, 2, 100}) {
    std::string ids;
    for (const Json& each : walk("/v1/users/u_1/notifications?", "notifications", limit)) {
      ids += each["id"].text() + " ";
    }
    EXPECT_EQ(ids, "n_3 n_1 n_2 ");
  }
  EXPECT_EQ(http.get("/v1/users/u_1/notifications").json()["unread"].number(), 3);
}

TEST_F(FewRecords, WhatIsUnreadIsCountedAsFarAsItIsSaid) {
  for (int i = 0; i < 30; ++i) {
    append_one(http, notification(std::to_string(i), std::to_string(i), "created",
                                  R"(,"accountId":"u_1")"));
  }
  const Json page = http.get("/v1/users/u_1/notifications").json();
  EXPECT_FALSE(page["unreadcomplete"].boolean());
  EXPECT_LT(page["unread"].number(), 30);
  EXPECT_EQ(walk("/v1/users/u_1/notifications?", "notifications", 100).size(), 30u);
}

}  // namespace
}  // namespace courtside::e2e
