// Goal: GET /v1/events finds exactly the events that match its filters, page after page in both
// directions, and reports how far it searched; GET /v1/events/{position} finds one event.
#include <algorithm>
#include <functional>
#include <iterator>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

// Sixty events with four subjects, three types, three actors, correlation ids and explicit
// channels, appended one by one so that their recorded times differ.
struct HttpHistory : ServerTest {
  HttpHistory() {
    for (int i = 1; i <= 60; ++i) append_one(http, draft(i));
    log = read_log(http);
  }

  static Draft draft(int i) {
    constexpr const char* kTypes[] = {"play.begun", "play.ended", "pay.made"};
    return {.id = std::to_string(i),
            .type = kTypes[i % 3],
            .subject = "court:c_" + std::to_string(i % 4),
            .channels = {"user:" + std::to_string(i % 5)},
            .more = R"(,"actorid":"a)" + std::to_string(i % 3 + i % 2) + R"(","correlationid":"k)" +
                    std::to_string(i / 10) + "\""};
  }

  std::string position(std::uint64_t offset) { return epoch() + ":" + std::to_string(offset); }
  std::string epoch() { return read_head_place(http).epoch; }
  std::string recorded(int i) {
    return log[static_cast<std::size_t>(i - 1)].event["recordedtime"].text();
  }

  static std::string ids(const std::vector<Logged>& events) {
    std::string all;
    for (const Logged& event : events) all += (all.empty() ? "" : " ") + event.id;
    return all;
  }

  using Wanted = std::function<bool(const Logged&)>;
  std::string expected(const Wanted& wanted, bool descending) const {
    std::vector<Logged> found;
    std::copy_if(log.begin(), log.end(), std::back_inserter(found), wanted);
    if (descending) std::reverse(found.begin(), found.end());
    return ids(found);
  }

  // The filters find exactly the wanted events, in both orders, with pages of several sizes.
  void expect_found(const std::string& filters, const Wanted& wanted) {
    for (const int limit : {1, 7, 1000}) {
      EXPECT_EQ(ids(read_log(http, filters, limit)), expected(wanted, false)) << filters;
      const std::string back = filters + (filters.empty() ? "" : "&") + "order=desc";
      EXPECT_EQ(ids(read_log(http, back, limit)), expected(wanted, true)) << filters;
    }
  }

  std::vector<Logged> log;
};

bool has(const Logged& event, const char* attribute, const std::string& value) {
  return event.event[attribute].text() == value;
}

TEST_F(HttpHistory, EveryFilterFindsWhatItSays) {
  ASSERT_EQ(log.size(), 60u);
  expect_found("", [](const Logged&) { return true; });
  expect_found("subject=court:c_2", [](const Logged& e) { return has(e, "subject", "court:c_2"); });
  expect_found("type=play.ended", [](const Logged& e) { return has(e, "type", "play.ended"); });
  expect_found("type=play.*", [](const Logged& e) { return !has(e, "type", "pay.made"); });
  expect_found("type=play.ended&type=pay.*",
               [](const Logged& e) { return !has(e, "type", "play.begun"); });
  expect_found("actor=a1", [](const Logged& e) { return has(e, "actorid", "a1"); });
  expect_found("correlationid=k3", [](const Logged& e) { return has(e, "correlationid", "k3"); });
  expect_found("channel=user:4", [](const Logged& e) { return e.offset % 5 == 4; });
  expect_found("channel=user:4&channel=court:c_1",
               [](const Logged& e) { return e.offset % 5 == 4 || e.offset % 4 == 1; });
  expect_found("channel=court:*&type=pay.made", [](const Logged& e) { return e.offset % 3 == 2; });
  expect_found("subject=court:c_9", [](const Logged&) { return false; });
}

TEST_F(HttpHistory, BoundsAreExclusiveForPositionsAndHalfOpenForTimes) {
  const std::string since = recorded(20), until = recorded(40);
  expect_found("after=" + percent_encoded(position(20)),
               [](const Logged& e) { return e.offset > 20; });
  expect_found("since=" + since,
               [&](const Logged& e) { return e.event["recordedtime"].text() >= since; });
  expect_found("until=" + until,
               [&](const Logged& e) { return e.event["recordedtime"].text() < until; });
  expect_found("since=" + since + "&until=" + until + "&channel=user:1", [&](const Logged& e) {
    const std::string time = e.event["recordedtime"].text();
    return time >= since && time < until && e.offset % 5 == 1;
  });
  expect_found("since=-2h", [](const Logged&) { return true; });
  expect_found("until=-2h", [](const Logged&) { return false; });

  const auto between = [&](const std::string& order) {
    return http
        .get("/v1/events?after=" + percent_encoded(position(10)) +
                 "&before=" + percent_encoded(position(14)) + "&order=" + order,
             "application/json")
        .json()["events"];
  };
  EXPECT_EQ(between("asc").size(), 3u);
  EXPECT_EQ(between("asc").at(0)["id"].text(), "11");
  EXPECT_EQ(between("desc").at(0)["id"].text(), "13");
  EXPECT_EQ(between("desc").size(), 3u);
}

TEST_F(HttpHistory, FiltersCombine) {
  expect_found("subject=court:c_2&type=pay.made&channel=user:0&since=-1h", [](const Logged& e) {
    return e.offset % 4 == 2 && e.offset % 3 == 2 && e.offset % 5 == 0;
  });
  expect_found("actor=a2&correlationid=k1&type=play.*", [](const Logged& e) {
    return has(e, "actorid", "a2") && has(e, "correlationid", "k1") && !has(e, "type", "pay.made");
  });
}

TEST_F(HttpHistory, APageSaysHowFarItLooked) {
  const HttpResponse answer = http.get("/v1/events?limit=10", "application/json");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  const Json page = answer.json();
  EXPECT_EQ(page["events"].size(), 10u);
  EXPECT_EQ(page["next"].text(), position(10));
  EXPECT_FALSE(page["complete"].boolean());
  EXPECT_GE(page["scanned"].number(), 10);
  EXPECT_EQ(page["head"].text(), position(60));
  EXPECT_EQ(http.get("/v1/events", "application/json").json()["events"].size(), 60u);

  const Json last =
      http.get("/v1/events?after=" + percent_encoded(position(60)), "application/json").json();
  EXPECT_EQ(last["events"].size(), 0u);
  EXPECT_TRUE(last["complete"].boolean());
  EXPECT_TRUE(last["next"].is_null());
}

TEST_F(HttpHistory, LimitsAreChecked) {
  EXPECT_EQ(http.get("/v1/events?limit=1000", "application/json").status, 200);
  for (const char* query : {"limit=1001", "limit=0", "limit=-1", "limit=x", "limit=",
                            "order=sideways", "since=yesterday", "until=-2x", "channel=nocolon",
                            "subject=nocolon", "colour=red", "after=nonsense", "before=x:-1"}) {
    const HttpResponse answer = http.get(std::string("/v1/events?") + query, "application/json");
    EXPECT_EQ(answer.status, 400) << query << " " << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  }
  const HttpResponse bad = http.get("/v1/events?after=nonsense", "application/json");
  EXPECT_EQ(bad.json()["code"].text(), "bad_position");
}

TEST_F(HttpHistory, PositionsOfAnotherEpochOrBeyondTheHeadAreGone) {
  for (const std::string& cursor : {std::string("zzzz:5"), position(61)}) {
    const HttpResponse answer =
        http.get("/v1/events?after=" + percent_encoded(cursor), "application/json");
    EXPECT_EQ(answer.status, 410) << answer.body;
    EXPECT_EQ(answer.json()["code"].text(), "position_expired");
  }
}

TEST_F(HttpHistory, OneEventByItsPosition) {
  const HttpResponse found = http.get("/v1/events/" + position(17));
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.header("content-type"), "application/cloudevents+json");
  EXPECT_EQ(found.body, log[16].event.raw());
  EXPECT_EQ(http.get("/v1/events/" + percent_encoded(position(17))).body, found.body);
  for (const std::string& missing : {position(61), position(0), std::string("zzzz:5")}) {
    const HttpResponse answer = http.get("/v1/events/" + missing);
    EXPECT_EQ(answer.status, 404) << missing;
    EXPECT_EQ(answer.json()["code"].text(), "not_found");
  }
  for (const char* bad : {"nonsense", "k:-1", "k:01", "k:18446744073709551616"}) {
    const HttpResponse answer = http.get(std::string("/v1/events/") + bad);
    EXPECT_EQ(answer.status, 400) << bad;
    EXPECT_EQ(answer.json()["code"].text(), "bad_position");
  }
}

TEST_F(HttpHistory, ASubjectTellsItsVersion) {
  const Json subject = http.get("/v1/subjects/court:c_2").json();
  EXPECT_EQ(subject["subject"].text(), "court:c_2");
  EXPECT_EQ(subject["version"].number(), 15);
  EXPECT_EQ(subject["first"].text(), position(2));
  EXPECT_EQ(subject["last"].text(), position(58));
  EXPECT_EQ(http.get("/v1/subjects/court:c_9").status, 404);
}

TEST_F(HttpHistory, AWalkGoesOnWhileTheLogGrows) {
  // A page's `next` stays valid: events appended meanwhile come later in the walk.
  const Json first = http.get("/v1/events?limit=50", "application/json").json();
  append_one(http, draft(61));
  const Json second = http.get("/v1/events?limit=50&after=" + percent_encoded(first["next"].text()),
                               "application/json")
                          .json();
  EXPECT_EQ(second["events"].size(), 11u);
  EXPECT_TRUE(second["complete"].boolean());
}

// Story: history reads and the reads of subscribes had one common limit. With 64 open pages a
// caller made every subscribe from the past fail with `overloaded`, and its own 65th page, too.
struct OneReadAtATime : ServerTest {
  OneReadAtATime() : ServerTest({"--limits-reads-in-flight", "1", "--shards", "1"}) {}
};

TEST_F(OneReadAtATime, WhoAsksForMuchHistoryWaitsAndStopsNoSubscribe) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 900; ++i) {
    drafts.push_back({.id = std::to_string(i), .data = json_string(std::string(1000, 'x'))});
  }
  append(http, drafts);
  const char* const asked[] = {"/v1/events?limit=900", "/v1/subjects/thing:t_1?at=now",
                               "/v1/venues/v_1/calendar", "/v1/users/u_1/notifications",
                               "/v1/subjects/thing:t_1"};
  std::vector<HttpClient> callers;
  for (int i = 0; i < 40; ++i) {
    callers.emplace_back(port());
    // Connect first, so that they all ask at the same time.
    EXPECT_EQ(callers.back().get("/health").status, 200);
  }
  for (int round = 0; round < 5; ++round) {
    Session subscriber = session();
    for (std::size_t i = 0; i < callers.size(); ++i) {
      callers[i].write({.target = asked[i % std::size(asked)]});
    }
    subscriber.subscribe({.from = R"({"last":1})"});
    for (std::size_t i = 0; i < callers.size(); ++i) {
      EXPECT_EQ(callers[i].read_response().status, 200) << asked[i % std::size(asked)];
    }
  }
}

}  // namespace
}  // namespace courtside::e2e
