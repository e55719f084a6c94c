// Goal: a right ends exactly at its offset: under load, for live, catching-up and streaming
// readers, nothing after it is delivered, and a reader that keeps the right misses nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"
#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/sse_client.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

// How a right to a channel ends.
struct Ending {
  std::string channel;
  Draft load;  // published to it all the time
  std::string loser;
  std::string keeper;
  std::string sql;  // runs in the database just before
  Draft end;
  std::string code = "forbidden";  // code of `unsubscribed`
  int close = 0;                   // close code of the connection; 0: it stays open
};

// What one subscriber received.
struct Heard {
  std::vector<std::uint64_t> offsets;
  std::string end;  // the code of `unsubscribed`
};

// Reads until `unsubscribed`, or without one until the offset.
Heard listen(Session& session, std::uint64_t until = ~std::uint64_t{0}) {
  Heard heard;
  while (heard.offsets.empty() || heard.offsets.back() < until) {
    const Json message = session.next();
    const std::string type = message["type"].text();
    if (type == "event") {
      heard.offsets.push_back(delivered(message).place.offset);
    } else if (type == "unsubscribed") {
      heard.end = message["code"].text();
      break;
    } else if (type != "live" && type != "behind") {
      give_up("unexpected: " + std::string(message.raw()));
    }
  }
  return heard;
}

// The stream's offsets until its end.
std::vector<std::uint64_t> listen(SseClient& stream) {
  std::vector<std::uint64_t> offsets;
  try {
    while (true) offsets.push_back(Place::parse(stream.next_event().id).offset);
  } catch (const Disconnected&) {
    return offsets;
  }
}

// The offsets of `log` in [first, last].
std::vector<std::uint64_t> between(const std::vector<std::uint64_t>& log, std::uint64_t first,
                                   std::uint64_t last) {
  return {std::lower_bound(log.begin(), log.end(), first),
          std::upper_bound(log.begin(), log.end(), last)};
}

struct RightsEnd : AccessTest {
  RightsEnd()
      : AccessTest({"--database-cache", "200ms", "--shards", "2", "--access-jwt-leeway", "1s"}) {}

  void fill(const Draft& load, std::size_t events) {
    std::vector<Draft> batch;
    for (std::size_t i = 0; i < events; ++i) {
      batch.push_back(load);
      batch.back().id = "backlog-" + std::to_string(i);
      if (batch.size() == 1000 || i + 1 == events) append(backend, std::exchange(batch, {}));
    }
  }

  std::vector<std::uint64_t> offsets_on(const std::string& channel, const std::string& token) {
    HttpClient http(port(), bearer(token));
    std::vector<std::uint64_t> offsets;
    for (const Logged& event : read_log(http, "channel=" + percent_encoded(channel))) {
      offsets.push_back(event.offset);
    }
    return offsets;
  }

  void check(const Ending& ending);
};

// Threads: the test's own thread ends the right; each listener and the load have one.
void RightsEnd::check(const Ending& ending) {
  constexpr std::size_t kBacklog = 10'000;
  constexpr std::uint64_t kBehind = 300;
  fill(ending.load, kBacklog);
  const std::string token = platform.token(ending.loser);
  const std::string keeper_token = platform.token(ending.keeper);
  const std::string target = "/v1/events?channel=" + percent_encoded(ending.channel);

  Session live = session(token), quick = session(token), slow = session(token, 4096);
  Session keeper = session(keeper_token), slow_keeper = session(keeper_token, 4096);
  SseClient stream(port(), target, "", bearer(token));
  const Subscription now{.channels = {ending.channel}};
  const Subscription earliest{.channels = {ending.channel}, .from = R"("earliest")"};
  for (Session* each : {&live, &keeper}) each->subscribe(now), each->expect("live");
  for (Session* each : {&slow, &slow_keeper}) each->subscribe(earliest);  // and do not read yet

  Publisher publisher(port(), "load", [&](std::uint64_t) { return ending.load; },
                      {.headers = bearer(kServiceKey)});
  Workers load, listeners;
  load.add([&] { publisher.run(load, Pace(milliseconds(5)), 5); });
  Heard live_heard, quick_heard;
  std::vector<std::uint64_t> streamed;
  listeners.add([&] { live_heard = listen(live); });
  listeners.add([&] { streamed = listen(stream); });
  wait_until("the load runs", [&] { return head().offset > kBacklog + 200; });
  quick.subscribe(earliest);
  listeners.add([&] { quick_heard = listen(quick); });

  if (!ending.sql.empty()) platform.sql(ending.sql);
  const std::uint64_t end = publish(ending.end);
  wait_until("the load goes on", [&] { return head().offset > end + kBehind; });
  listeners.join();
  const Heard slow_heard = listen(slow);
  load.stop();
  load.join();

  EXPECT_LT(slow_heard.offsets.size(), kBacklog) << "it had caught up before";

  const std::vector<std::uint64_t> log = offsets_on(ending.channel, keeper_token);
  for (const Heard* heard :
       std::initializer_list<const Heard*>{&live_heard, &quick_heard, &slow_heard}) {
    EXPECT_EQ(heard->end, ending.code);
    if (heard->offsets.empty()) continue;
    EXPECT_LE(heard->offsets.back(), end);
    EXPECT_EQ(heard->offsets, between(log, heard->offsets.front(), heard->offsets.back()));
  }
  // A subscriber that was live missed nothing before the end.
  EXPECT_EQ(live_heard.offsets, between(log, live_heard.offsets.at(0), end));
  ASSERT_FALSE(streamed.empty());
  EXPECT_EQ(streamed, between(log, streamed.front(), end));

  HttpClient loser(port(), bearer(token));
  const int status = loser.get(target + "&after=" + percent_encoded(live.head())).status;
  if (ending.close == 0) {
    EXPECT_EQ(status, 403);
    for (Session* each : {&live, &quick, &slow}) {
      expect_silence(*each);
      each->say(subscribe_message(now));
      each->expect_error("forbidden");
    }
  } else {
    EXPECT_EQ(status, 401);
    for (Session* each : {&live, &quick, &slow}) EXPECT_EQ(each->read_to_end().code, ending.close);
    EXPECT_EQ(WsClient(port(), {.headers = bearer(token)}).handshake().status, 401);
  }
  const Heard kept = listen(keeper, log.back());
  EXPECT_EQ(kept.offsets, between(log, kept.offsets.front(), log.back()));
  EXPECT_EQ(listen(slow_keeper, log.back()).offsets, log);
}

const std::string kPadding = R"(,"body":")" + std::string(400, 'x') + R"("})";

Ending of_room() {
  return {.channel = "chat:r",
          .load = {.type = "chat.message_posted",
                   .subject = "chat:r",
                   .data = R"({"roomId":"r","messageId":"m")" + kPadding},
          .loser = "account-USER",
          .keeper = "account-other-USER",
          .sql = "",
          .end = {}};
}

Ending of_staff() {
  return {.channel = "venue:venue-1",
          .load = {.type = "venue.updated",
                   .subject = "venue:venue-1",
                   .data = R"({"venueId":"venue-1")" + kPadding},
          .loser = "account-BOOKING_MANAGER",
          .keeper = "account-VENUE_OWNER",
          .sql = "",
          .end = {}};
}

TEST_F(RightsEnd, AParticipantIsRemoved) {
  publish(room("r", "direct", {"account-USER", "account-other-USER"}));
  Ending ending = of_room();
  ending.end = {.id = "end",
                .type = "chat.participant_removed",
                .subject = "chat:r",
                .data = R"({"roomId":"r","accountId":"account-USER"})"};
  check(ending);
}

TEST_F(RightsEnd, StaffIsRemoved) {
  Ending ending = of_staff();
  ending.sql = R"(DELETE FROM "VenueUser" WHERE "accountId" = 'account-BOOKING_MANAGER')";
  ending.end = {.id = "end",
                .type = "venue.staff_removed",
                .subject = "venue:venue-1",
                .data = R"({"venueId":"venue-1","accountId":"account-BOOKING_MANAGER"})"};
  check(ending);
}

TEST_F(RightsEnd, ARoleChanges) {
  Ending ending = of_staff();
  ending.sql =
      R"(UPDATE "Account" SET "roleId" = 'role-USER' WHERE id = 'account-BOOKING_MANAGER')";
  ending.end = {.id = "end",
                .type = "account.role_changed",
                .subject = "account:account-BOOKING_MANAGER",
                .data = R"({"accountId":"account-BOOKING_MANAGER"})"};
  check(ending);
}

TEST_F(RightsEnd, ASessionIsRevoked) {
  publish(room("r", "direct", {"account-USER", "account-other-USER"}));
  Ending ending = of_room();
  ending.code = "unauthorized";
  ending.close = 4401;
  ending.end = {.id = "end",
                .type = "session.revoked",
                .subject = "account:account-USER",
                .data = R"({"accountId":"account-USER"})"};
  check(ending);
  // A token that was issued later is valid.
  wait_until("a new token is taken", [&] {
    const WsClient::Options options{.headers = bearer(platform.token("account-USER"))};
    return WsClient(port(), options).upgraded();
  });
}

// Only here: elsewhere a recheck between a change of the database and its event would end the right
// before the event.
struct RightsRecheck : AccessTest {
  RightsRecheck() : AccessTest({"--access-recheck", "500ms", "--database-cache", "200ms"}) {}
};

TEST_F(RightsRecheck, WhatNoEventToldIsFoundByLookingAgain) {
  Session manager = session(platform.token("account-BOOKING_MANAGER"));
  Session owner = session(platform.token("account-VENUE_OWNER"));
  for (Session* each : {&manager, &owner}) {
    each->subscribe({.channels = {"venue:venue-1"}});
    each->expect("live");
  }
  SseClient stream(port(), "/v1/events?channel=venue:venue-1", "",
                   bearer(platform.token("account-BOOKING_MANAGER")));
  platform.sql(R"(DELETE FROM "VenueUser" WHERE "accountId" = 'account-BOOKING_MANAGER')");
  EXPECT_EQ(manager.expect("unsubscribed", Deadline())["code"].text(), "forbidden");
  EXPECT_THROW(stream.next_event(), Disconnected);
  expect_silence(owner);
}

TEST_F(RightsEnd, ATokenEndsUnlessRefreshed) {
  using Clock = std::chrono::steady_clock;
  const auto made = Clock::now();
  const std::string token = platform.token("account-USER", "3s");
  Session ends = session(token), stays = session(token);
  SseClient stream(port(), "/v1/events?channel=user:account-USER", "", bearer(token));
  EXPECT_LE(stays.expect("expiring")["in"].number(), 3);
  stays.say(R"({"type":"refresh","id":7,"token":")" + platform.token("account-USER") + R"("})");
  EXPECT_EQ(stays.expect("ok")["id"].number(), 7);

  EXPECT_LE(ends.expect("expiring")["in"].number(), 3);
  EXPECT_EQ(ends.read_to_end().code, 4401);
  const auto lived = Clock::now() - made;
  EXPECT_GT(lived, seconds(2));  // Times in tokens are whole seconds.
  // Lifetime, leeway and what the protocol allows are 9 s; the rest is for a busy machine.
  EXPECT_LE(lived, seconds(60));
  EXPECT_THROW(stream.next_event(), Disconnected);
  expect_silence(stays);
}

TEST_F(RightsEnd, AnotherAccountsTokenDoesNotRefresh) {
  Session session_of_user = session(platform.token("account-USER"));
  session_of_user.say(R"({"type":"refresh","id":1,"token":"no.token.this"})");
  session_of_user.expect_error("unauthorized");
  session_of_user.say(R"({"type":"refresh","id":2,"token":")" +
                      platform.token("account-other-USER") + R"("})");
  EXPECT_EQ(session_of_user.read_to_end().code, 4403);
}

}  // namespace
}  // namespace courtside::e2e
