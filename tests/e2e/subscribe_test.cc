// Goal: a subscription begins where its `from` says, delivers the events of its channels and types
// once and in log order, and sends `live` once.
#include <algorithm>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

// A log of ten events: 1 ... 10, odd ones about thing:odd, even ones about thing:even; every third
// has the type other.kind, the rest test.happened.
struct Subscribe : ServerTest {
  Subscribe() {
    for (int i = 1; i <= 10; ++i) append_one(http, draft(i));
    log = read_log(http);
  }

  static Draft draft(int i) {
    return {.id = std::to_string(i),
            .type = i % 3 == 0 ? "other.kind" : "test.happened",
            .subject = i % 2 == 0 ? "thing:even" : "thing:odd"};
  }

  // Subscribes and reads until `live`; returns the received ids, separated by blanks.
  std::string replay(Session& client, const Subscription& subscription) {
    client.subscribe(subscription);
    std::string ids;
    while (true) {
      const Json message = client.next();
      if (message["type"].text() == "live") return ids;
      const Delivered event = delivered(message);
      EXPECT_EQ(event.sub, subscription.sub);
      ids += (ids.empty() ? "" : " ") + event.event["id"].text();
    }
  }
  std::string replay(const Subscription& subscription) {
    Session client = session();
    return replay(client, subscription);
  }

  std::string position(int offset) { return session().epoch() + ":" + std::to_string(offset); }

  std::vector<Logged> log;
};

TEST_F(Subscribe, NowIsTheDefaultAndBeginsAtTheHead) {
  Session client = session();
  const Json subscribed = client.subscribe({});
  EXPECT_EQ(subscribed["after"].text(), position(10));
  EXPECT_EQ(subscribed["head"].text(), position(10));
  EXPECT_EQ(client.expect("live")["position"].text(), position(10));
  append_one(http, draft(11));
  EXPECT_EQ(client.expect_event().place.text(), position(11));

  EXPECT_EQ(replay({.from = R"("now")"}), "");
}

TEST_F(Subscribe, EarliestIsEverything) {
  EXPECT_EQ(replay({.from = R"("earliest")"}), "1 2 3 4 5 6 7 8 9 10");
  Session client = session();
  const Json subscribed = client.subscribe({.from = R"("earliest")"});
  EXPECT_EQ(subscribed["after"].text(), position(0));
  EXPECT_EQ(subscribed["head"].text(), position(10));
}

TEST_F(Subscribe, AfterIsExclusive) {
  EXPECT_EQ(replay({.from = after(position(0))}), "1 2 3 4 5 6 7 8 9 10");
  EXPECT_EQ(replay({.from = after(position(7))}), "8 9 10");
  EXPECT_EQ(replay({.from = after(position(10))}), "");
}

TEST_F(Subscribe, LastCountsWhatMatches) {
  EXPECT_EQ(replay({.from = R"({"last":3})"}), "8 9 10");
  EXPECT_EQ(replay({.channels = {"thing:odd"}, .from = R"({"last":2})"}), "7 9");
  EXPECT_EQ(replay({.channels = {"thing:odd"}, .from = R"({"last":2})", .types = {"other.*"}}),
            "3 9");
  EXPECT_EQ(replay({.from = R"({"last":1000})"}), "1 2 3 4 5 6 7 8 9 10");
  EXPECT_EQ(replay({.channels = {"thing:none"}, .from = R"({"last":5})"}), "");
}

TEST_F(Subscribe, SinceIsInclusiveOnTheRecordedTime) {
  const std::string since = log[5].event["recordedtime"].text();
  std::string expected;
  for (const Logged& event : log) {
    if (event.event["recordedtime"].text() < since) continue;
    expected += (expected.empty() ? "" : " ") + event.id;
  }
  EXPECT_EQ(replay({.from = R"({"since":)" + json_string(since) + "}"}), expected);
  EXPECT_EQ(replay({.from = R"({"since":"2001-01-01T00:00:00Z"})"}), "1 2 3 4 5 6 7 8 9 10");
  EXPECT_EQ(replay({.from = R"({"since":"2101-01-01T00:00:00+02:00"})"}), "");
}

// The two events are recorded 300 ms apart.
TEST_F(Subscribe, ThePastComesAtAPace) {
  const std::string before = "{\"after\":\"" + read_head_place(http).text() + "\"}";
  append_one(http, draft(11));
  std::this_thread::sleep_for(milliseconds(300));
  append_one(http, draft(12));
  Session client = session();
  const auto subscribed = Deadline::Clock::now();
  client.subscribe({.from = before, .more = R"(,"speed":1)"});
  client.expect_event();
  client.expect_event();
  EXPECT_GE(Deadline::Clock::now() - subscribed, milliseconds(250));
  client.expect("live");
  // At 1,000 times the speed, and at maximum speed, the pause is not noticeable.
  for (const char* speed : {"1000", "\"max\""}) {
    EXPECT_EQ(replay({.from = before, .more = std::string(",\"speed\":") + speed}), "11 12");
  }
  client.say(subscribe_message({.sub = 9, .id = 9, .more = R"(,"speed":2)"}));
  client.expect_error("bad_request");
}

// A booking's state, then its later events: one cursor, no hole.
TEST_F(Subscribe, AStateComesBeforeTheEventsBehindIt) {
  const auto booking = [&](int i, const std::string& type) {
    append_one(http, {.id = "b" + std::to_string(i),
                      .type = type,
                      .subject = "booking:b_1",
                      .data = R"({"bookingId":"b_1","n":)" + std::to_string(i) + "}"});
  };
  booking(1, "booking.created");
  booking(2, "booking.confirmed");
  const std::string there = read_head_place(http).text();
  booking(3, "booking.cancelled");
  Session client = session();
  client.subscribe({.channels = {"booking:b_1", "booking:none", "ops:bookings"},
                    .from = after(there),
                    .more = R"(,"state":true)"});
  const Json state = client.expect("state");
  EXPECT_EQ(state["sub"].number(), 1);
  EXPECT_EQ(state["subject"].text(), "booking:b_1");
  EXPECT_EQ(state["position"].text(), there);
  EXPECT_EQ(state["state"]["version"].number(), 2);
  EXPECT_EQ(client.expect_event().event["id"].text(), "b3");
  client.expect("live");
  // From now: the state is the present one.
  client.subscribe({.sub = 2, .channels = {"booking:b_1"}, .id = 2, .more = R"(,"state":true)"});
  EXPECT_EQ(client.expect("state")["state"]["version"].number(), 3);
  client.expect("live");
  booking(4, "booking.amended");
  EXPECT_EQ(client.expect_event().event["id"].text(), "b4");
}

TEST_F(Subscribe, BadFromIsABadRequestAndABadPositionABadPosition) {
  Session client = session();
  for (const char* from : {"17", R"("sometime")", "{}", R"({"since":"yesterday"})", R"({"last":0})",
                           R"({"last":-3})", R"({"last":"x"})", R"({"after":5})", "[]"}) {
    client.say(subscribe_message({.from = from, .id = 9}));
    EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 9) << from;
  }
  for (const std::string& position :
       {std::string("nonsense"), std::string(""), std::string(":5"), client.epoch(),
        client.epoch() + ":", client.epoch() + ":-1", client.epoch() + ":01",
        client.epoch() + ":1x", client.epoch() + ":18446744073709551616", client.epoch() + ": 1",
        std::string("A:1"), std::string(5000, 'a')}) {
    client.say(subscribe_message({.from = after(position), .id = 9}));
    EXPECT_EQ(client.expect_error("bad_position")["id"].number(), 9) << position;
  }
  EXPECT_EQ(replay(client, {.from = R"("earliest")"}),
            "1 2 3 4 5 6 7 8 9 10");  // `sub` is still free
}

TEST_F(Subscribe, ChannelsAreCheckedAndBounded) {
  Session client = session();
  for (const std::string& channel :
       {std::string("nocolon"), std::string(""), std::string("Kind:x"), std::string("kind:"),
        std::string(":x"), std::string("1kind:x"),
        std::string("kind:a\x01"
                    "b"),
        "kind:" + std::string(65, 'x')}) {
    client.say(subscribe_message({.channels = {"thing:odd", channel}}));
    client.expect_error("bad_request");
  }
  client.say(subscribe_message({.channels = {}}));
  client.expect_error("bad_request");
  client.say(R"({"type":"subscribe","id":1,"sub":1})");
  client.expect_error("bad_request");
  client.say(R"({"type":"subscribe","id":1,"sub":1,"channels":"thing:odd"})");
  client.expect_error("bad_request");

  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back("thing:" + std::to_string(i));
  many.push_back("thing:odd");
  client.say(subscribe_message({.channels = many}));
  client.expect_error("bad_request");
  many.erase(many.begin());
  EXPECT_EQ(replay(client, {.channels = many, .from = R"("earliest")"}), "1 3 5 7 9");
}

TEST_F(Subscribe, AnEventOfTwoOfItsChannelsComesOnce) {
  append_one(http, {.id = "both", .subject = "thing:odd", .channels = {"thing:even", "user:7"}});
  EXPECT_EQ(replay({.channels = {"thing:odd", "thing:even", "user:7", "thing:odd"},
                    .from = after(position(8))}),
            "9 10 both");
  EXPECT_EQ(replay({.channels = {"user:7", "thing:none"}, .from = R"("earliest")"}), "both");

  Session live = session();
  live.subscribe({.channels = {"thing:odd", "thing:even", "user:7"}});
  live.expect("live");
  append(http, {{.id = "again", .subject = "thing:odd", .channels = {"thing:even", "user:7"}},
                {.id = "then", .subject = "thing:even"}});
  EXPECT_EQ(live.expect_event().event["id"].text(), "again");
  EXPECT_EQ(live.expect_event().event["id"].text(), "then");
}

TEST_F(Subscribe, PatternsStandForAllOfAKind) {
  append_one(http, {.id = "user", .subject = "user:1"});
  EXPECT_EQ(replay({.channels = {"thing:*"}, .from = after(position(8))}), "9 10");
  EXPECT_EQ(replay({.channels = {"user:*"}, .from = R"("earliest")"}), "user");
  EXPECT_EQ(replay({.channels = {"*"}, .from = after(position(8))}), "9 10 user");
  EXPECT_EQ(replay({.channels = {"user:*", "thing:even"}, .from = after(position(8))}), "10 user");

  Session live = session();
  live.subscribe({.channels = {"user:*"}});
  live.expect("live");
  append(http, {{.id = "no", .subject = "thing:x"}, {.id = "yes", .subject = "user:2"}});
  EXPECT_EQ(live.expect_event().event["id"].text(), "yes");
}

TEST_F(Subscribe, TypesFilterExactlyOrByPrefix) {
  EXPECT_EQ(replay({.from = R"("earliest")", .types = {"other.kind"}}), "3 6 9");
  EXPECT_EQ(replay({.from = R"("earliest")", .types = {"other.*"}}), "3 6 9");
  EXPECT_EQ(replay({.from = R"("earliest")", .types = {"other"}}), "");
  EXPECT_EQ(replay({.from = R"("earliest")", .types = {"othe.*"}}), "");
  EXPECT_EQ(replay({.from = R"("earliest")", .types = {"other.*", "test.happened"}}),
            "1 2 3 4 5 6 7 8 9 10");

  Session live = session();
  live.subscribe({.types = {"other.*"}});
  live.expect("live");
  for (int i = 11; i <= 16; ++i) append_one(http, draft(i));
  EXPECT_EQ(live.expect_event().event["id"].text(), "12");
  EXPECT_EQ(live.expect_event().event["id"].text(), "15");
}

TEST_F(Subscribe, SubInUseIsABadRequestAndTheOldOneGoesOn) {
  Session client = session();
  client.subscribe({.sub = 5, .channels = {"thing:odd"}});
  client.expect("live");
  client.say(subscribe_message({.sub = 5, .channels = {"thing:even"}, .id = 8}));
  EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 8);
  append(http, {draft(12), draft(13)});
  EXPECT_EQ(client.expect_event().event["id"].text(), "13");
}

TEST_F(Subscribe, SubscriptionsOfOneConnectionAreApart) {
  Session client = session();
  client.subscribe({.sub = 1, .channels = {"thing:odd"}});
  client.expect("live");
  client.subscribe({.sub = 2, .channels = {"*"}, .id = 2});
  EXPECT_EQ(client.expect("live")["sub"].number(), 2);
  append_one(http, draft(11));
  std::vector<std::int64_t> subs = {client.expect_event().sub, client.expect_event().sub};
  std::sort(subs.begin(), subs.end());
  EXPECT_EQ(subs, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(Subscribe, UnsubscribeEndsItAndFreesTheNumber) {
  Session client = session();
  client.subscribe({});
  client.expect("live");
  client.say(R"({"type":"unsubscribe","id":2,"sub":1})");
  EXPECT_EQ(client.expect("ok")["id"].number(), 2);
  append_one(http, draft(11));
  client.say(R"({"type":"unsubscribe","id":3,"sub":1})");
  EXPECT_EQ(client.expect_error("not_found")["id"].number(), 3);  // and no event came before it
  EXPECT_EQ(replay(client, {.from = after(position(9))}), "10 11");
}

TEST_F(Subscribe, LiveIsSaidOnceWhateverTheBeginning) {
  for (const std::string& from :
       {std::string(R"("now")"), std::string(R"("earliest")"), after(position(4)),
        std::string(R"({"last":2})"), std::string(R"({"since":"2001-01-01T00:00:00Z"})")}) {
    Session client = session();
    replay(client, {.from = from});
    for (int i = 0; i < 3; ++i) {
      append_one(http, {.id = from + std::to_string(i)});
      EXPECT_EQ(client.expect_event().event["id"].text(), from + std::to_string(i));
    }
    client.say(R"({"type":"ping"})");
    client.expect("pong");  // no second `live` came before it
  }
}

TEST_F(Subscribe, ReplayAndLiveJoinUnderConcurrentAppends) {
  // Subscribes repeatedly while events are appended: none is missing or doubled.
  Workers workers;
  workers.add([&] {
    HttpClient publisher(port());
    for (int i = 11; i <= 400; ++i) append_one(publisher, draft(i));
  });
  for (int round = 0; round < 30; ++round) {
    Session client = session();
    client.subscribe({.from = R"("earliest")"});
    for (std::uint64_t offset = 1; offset <= 10 + 10 * static_cast<std::uint64_t>(round);) {
      const Json message = client.next();
      if (message["type"].text() == "live") continue;
      ASSERT_EQ(delivered(message).place.offset, offset);
      ++offset;
    }
  }
  workers.join();
}

}  // namespace
}  // namespace courtside::e2e
