// Goal: while the database is away, slow or unstable, pongs still arrive, no unknown account gets
// in, and when it is back the server needs no restart.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/sse_client.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using Clock = std::chrono::steady_clock;

// A platform whose account query takes as long as the table says.
Platform slow_when_told() {
  Platform platform;
  platform.sql(R"(CREATE TABLE "Nap" AS SELECT 0::float8 AS seconds)");
  platform.set_query("account_query",
                     "SELECT q.counts, q.role FROM (SELECT pg_sleep(seconds) FROM \"Nap\") nap, (" +
                         Config::Database().account_query + ") q");
  return platform;
}

struct DatabaseDown : AccessTest {
  DatabaseDown()
      : AccessTest(slow_when_told(),
                   {"--database-cache", "200ms", "--database-cache-down", "4s", "--access-recheck",
                    "500ms", "--shards", "2", "--database-query-timeout", "2s"}) {}

  void SetUp() override {
    // From now on the account is in the cache.
    EXPECT_EQ(status_of(user), 200);
    pingers.add([this] { watch_machine(); });
    for (int i = 0; i < 4; ++i) pingers.add([this, i] { ping(i); });
  }

  void TearDown() override {
    postgres().start();
    pingers.stop();
    EXPECT_NO_THROW(pingers.join());
    // A loop that waits for the database is silent for the query's 2 s, several times over.
    EXPECT_LT(latest_pong_ms.load(), 1000 + 20 * latest_turn_ms.load());
    AccessTest::TearDown();
  }

  // How late a thread of this process gets its turn: all on this machine are as late as that.
  void watch_machine() {
    for (Pace pace(milliseconds(20)); !pingers.stopped();) {
      const auto begin = Clock::now();
      pace.next();
      const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begin).count();
      latest_turn_ms = std::max<long long>(latest_turn_ms, took - 20);
    }
  }

  // A session with a live subscription that keeps asking access questions while it pings.
  void ping(int number) {
    Session pinging = session(user);
    pinging.subscribe({.channels = {"user:account-USER"}});
    int round = 0;
    for (Pace pace(milliseconds(20)); !pingers.stopped(); pace.next(), ++round) {
      const std::string id = std::to_string(round + 10);
      const auto begin = Clock::now();
      if (round % 150 == 5 * number) {
        pinging.say(R"({"type":"refresh","id":)" + id + R"(,"token":")" + user + R"("})");
      }
      if (round % 50 == number) {
        pinging.say(R"({"type":"subscribe","id":)" + id + R"(,"sub":)" + id +
                    R"(,"channels":["booking:booking-1"]})");
        pinging.say(R"({"type":"unsubscribe","id":)" + id + R"(,"sub":)" + id + "}");
      }
      pinging.say(R"({"type":"ping"})");
      pinging.await("pong");
      const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - begin).count();
      long long latest = latest_pong_ms;
      while (latest < took && !latest_pong_ms.compare_exchange_weak(latest, took)) {
      }
      ++pongs;
    }
  }

  int status_of(const std::string& token, const std::string& channel = "user:account-USER") {
    HttpClient http(port(), bearer(token));
    return http.get("/v1/events?channel=" + percent_encoded(channel), "application/json").status;
  }

  // No account that needs a database query gets in over any interface.
  void expect_overloaded(const std::string& token) {
    HttpClient http(port(), bearer(token));
    const HttpResponse page =
        http.get("/v1/events?channel=availability:venue-1", "application/json");
    EXPECT_EQ(page.status, 503);
    EXPECT_EQ(page.json()["code"].text(), "overloaded");
    const WsClient upgrade(port(), {.headers = bearer(token)});
    EXPECT_EQ(upgrade.handshake().status, 503);
    Session hello = Session::silent(port());
    hello.say(R"({"type":"hello","token":")" + token + R"("})");
    EXPECT_EQ(hello.read_to_end().code, 1013);
    EXPECT_EQ(http.post("/v1/events", std::string(kOneEvent), Draft{.id = "1"}.json()).status, 503);
  }

  void wait_for_pongs() {
    const long long until = pongs + 100;
    wait_until("pongs", [&] { return pongs >= until; });
  }

  const std::string user = platform.token("account-USER");
  const std::string unknown = platform.token("account-BMSP_SUPER_ADMIN");
  const std::string locked = platform.token("account-nobody");
  std::atomic<long long> latest_pong_ms = 0;
  std::atomic<long long> latest_turn_ms = 0;
  std::atomic<long long> pongs = 0;
  Workers pingers;
};

TEST_F(DatabaseDown, StoppedItLetsInWhomItKnewForAWhileAndNobodyElse) {
  Session live = session(user);
  live.subscribe({.channels = {"user:account-USER"}});
  live.expect("live");
  EXPECT_EQ(status_of(user), 200);
  const auto stopped = Clock::now();
  postgres().stop();

  wait_for_pongs();
  expect_overloaded(unknown);
  int went_on = 0;
  while (Clock::now() - stopped < seconds(3)) went_on += status_of(user) == 200 ? 1 : 0;
  EXPECT_GT(went_on, 0);
  live.expect("behind");  // delivery is paused; it continues when the right is known again
  EXPECT_GT(Clock::now() - stopped, seconds(3)) << "before cache_down had passed";
  EXPECT_EQ(live.expect("unsubscribed")["code"].text(), "overloaded");
  wait_until("what it knew is too old", [&] { return status_of(user) == 503; });
  EXPECT_NE(status_of(user, "availability:venue-1"), 200) << "nobody knows that the account counts";
  EXPECT_EQ(status_of("", "availability:venue-1"), 200) << "this asks no database";

  postgres().start();
  wait_until("it lets in again", [&] { return status_of(unknown, "*") == 200; });
  EXPECT_EQ(status_of(user), 200);
  EXPECT_EQ(status_of(user, "ops:bookings"), 403);
  EXPECT_EQ(status_of(locked), 403);
}

// An outage shorter than ten seconds ends neither a subscription nor a stream of events.
TEST_F(DatabaseDown, AStreamOfEventsIsPausedAsASubscriptionIs) {
  Session live = session(user);
  live.subscribe({.channels = {"user:account-USER"}});
  live.expect("live");
  SseClient stream(port(), "/v1/events?channel=user:account-USER", "", bearer(user));
  postgres().stop();
  live.expect("behind");
  const auto paused = Clock::now();
  wait_until("the stream's right is unknown too",
             [&] { return Clock::now() - paused > seconds(2); });
  append_one(backend, {.id = "kept", .channels = {"user:account-USER"}});
  postgres().start();
  EXPECT_EQ(live.expect_event().event["id"].text(), "kept");
  EXPECT_NE(stream.next_event().data.find("kept"), std::string::npos);
}

TEST_F(DatabaseDown, SlowItKeepsOnlyThoseWaitingWhoAskIt) {
  platform.sql(R"(UPDATE "Nap" SET seconds = 5)");
  EXPECT_EQ(status_of(user), 200) << "it is known";
  expect_overloaded(unknown);
  wait_for_pongs();
  platform.sql(R"(UPDATE "Nap" SET seconds = 0)");
  wait_until("it lets in again", [&] { return status_of(unknown, "*") == 200; });
  EXPECT_EQ(status_of(locked), 403);
}

TEST_F(DatabaseDown, RestartedUnderLoadItNeverLetsInByMistake) {
  // Each asks repeatedly: for something allowed, something forbidden, and as an inactive account.
  std::atomic<int> granted = 0, refused = 0, wrong = 0;
  Workers load;
  for (int i = 0; i < 3; ++i) {
    load.add([&] {
      while (!load.stopped()) {
        const int may = status_of(user), may_not = status_of(user, "ops:bookings"),
                  counts_not = status_of(locked);
        ++(may == 200 ? granted : refused);
        if (may != 200 && may != 503) ++wrong;
        if (may_not != 403 && may_not != 503) ++wrong;
        if (counts_not != 403 && counts_not != 503) ++wrong;
      }
    });
  }
  for (int restarts = 0; restarts < 3; ++restarts) {
    postgres().restart();
    const int before = granted;
    wait_until("they are let in again", [&] { return granted > before + 20; });
    wait_until("and new ones too", [&] { return status_of(unknown, "*") == 200; });
    wait_for_pongs();
  }
  load.stop();
  load.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(server.process().running(), true);
}

}  // namespace
}  // namespace courtside::e2e
