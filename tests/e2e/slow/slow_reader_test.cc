// Goal: a slow reader affects only itself: it receives `behind`, later `live`, and loses nothing;
// no other client waits for it, and its backlog is not kept in memory.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using SlowReader = ServerTest;

// Reads about 1 KB/s until stopped.
void read_slowly(Socket& socket, const Workers& until) {
  Pace pace(milliseconds(100));
  while (!until.stopped()) {
    if (socket.fill(Deadline(milliseconds(0)), 100) == Socket::Filled::kEnd) give_up("was dropped");
    pace.next();
  }
}

TEST_F(SlowReader, HearsBehindThenLiveAndLosesNothing) {
  const std::uint64_t events = static_cast<std::uint64_t>(scaled(40'000, 20'000));
  constexpr std::uint64_t kEventBytes = 500;
  Session slow(port(), {.receive_buffer_bytes = 4096});
  slow.subscribe({});
  slow.expect("live");
  Session quick = session();
  quick.subscribe({});
  quick.expect("live");

  Workers load, crawl;
  crawl.add([&] { read_slowly(slow.ws().socket(), crawl); });
  load.add([&] {
    HttpClient client(port());
    const std::string data = json_string(std::string(kEventBytes, 'x'));
    Pace pace(milliseconds(10));  // 5,000 events a second
    for (std::uint64_t n = 0; n < events; pace.next()) {
      std::vector<Draft> batch;
      for (int i = 0; i < 50; ++i, ++n) batch.push_back({.id = std::to_string(n), .data = data});
      append(client, batch);
    }
  });

  // The quick one has everything while the slow one, which reads 1 KB/s, is far from it. On a busy
  // machine it may fall behind too, for a moment.
  for (std::uint64_t offset = 0; offset < events;) {
    const Json message = quick.next();
    if (message["type"].text() != "event") continue;
    ASSERT_EQ(delivered(message).place.offset, ++offset);
  }
  load.join();
  // The backlog is in the log, not in the connection's queue.
  EXPECT_LT(metric(http, "courtside_queued_bytes").value(), 512 * 1024);
  EXPECT_GE(metric(http, "courtside_fell_behind_total").value(), 1);
  crawl.stop();
  crawl.join();

  int behinds = 0, lives = 0;
  std::uint64_t cursor = 0;
  while (lives == 0) {
    const Json message = slow.next();
    const std::string type = message["type"].text();
    if (type == "event") {
      ASSERT_EQ(delivered(message).place.offset, ++cursor);
    } else if (type == "behind") {
      ++behinds;
      EXPECT_EQ(Place::parse(message["position"].text()).offset, cursor);
    } else {
      ASSERT_EQ(type, "live") << message.raw();
      ++lives;
      EXPECT_EQ(Place::parse(message["position"].text()).offset, events);
    }
  }
  EXPECT_EQ(cursor, events);
  EXPECT_EQ(behinds, 1);
  append_one(http, {.id = "after all that"});
  EXPECT_EQ(slow.expect_event().place.offset, events + 1);
}

struct SlowReaderWithHeart : ServerTest {
  SlowReaderWithHeart() : ServerTest({"--heartbeat", "2s"}) {}

  void wait_for_sessions(double count) {
    wait_until("there are " + std::to_string(count) + " sessions",
               [&] { return metric(http, "courtside_sessions").value() == count; });
  }
};

TEST_F(SlowReaderWithHeart, WhoReadsSlowlyIsAlive) {
  // It answers no ping, because it has not read any yet; progress of its pending writes shows that
  // it is alive.
  Session slow(port(), {.receive_buffer_bytes = 4096});
  slow.subscribe({.from = R"("earliest")"});
  slow.expect("live");
  constexpr std::uint64_t kEvents = 1000;
  const std::string data = json_string(std::string(8000, 'x'));
  for (std::uint64_t n = 0; n < kEvents;) {
    std::vector<Draft> batch;
    for (int i = 0; i < 100; ++i, ++n) batch.push_back({.id = std::to_string(n), .data = data});
    append(http, batch);
  }
  Pace pace(milliseconds(100));  // Five heartbeats of slow reading, then as fast as it can.
  for (int i = 0; i < 100; ++i) {
    ASSERT_NE(slow.ws().socket().fill(Deadline()), Socket::Filled::kEnd) << "was dropped";
    pace.next();
  }
  for (std::uint64_t offset = 1; offset <= kEvents;) {
    const Json message = slow.next();
    if (message["type"].text() == "behind") continue;
    ASSERT_EQ(delivered(message).place.offset, offset++);
  }
  slow.expect("live");
}

TEST_F(SlowReaderWithHeart, WhoReadsNothingAtAllIsNot) {
  Session deaf(port(), {.receive_buffer_bytes = 4096, .answers_pings = false});
  deaf.subscribe({});
  deaf.expect("live");
  wait_for_sessions(1);
  const std::string data = json_string(std::string(200'000, 'x'));
  for (int i = 0; i < 40; ++i) append_one(http, {.id = std::to_string(i), .data = data});
  wait_for_sessions(0);
}

}  // namespace
}  // namespace courtside::e2e
