// Goal: exactly the committed events are in the log, each once and in its booking's order, under
// load and whatever is killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <pqxx/pqxx>
#include <set>

#include "tests/e2e/outbox/support/booking_load.h"
#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

class ExactlyOnce : public testing::Test {
 protected:
  void SetUp() override { postgres().start(); }

  // Eight writers; at random the server, its session or the database is killed.
  static void kill_all_around(const std::string& url, const std::vector<std::string>& flags,
                              LoadOptions options, const std::string& table) {
    const int rounds = scaled(50, 8);
    Random random(seed());
    make_bookings(url, options.bookings);
    options.pause = std::chrono::milliseconds(5);
    ServerProcess server(flags);
    HttpClient http(server.port());
    Workers writers;
    for (int i = 0; i < 8; ++i) {
      writers.add([=, &writers] { run_bookings(url, options, i, writers); });
    }
    for (int round = 0; round < rounds; ++round) {
      std::this_thread::sleep_for(milliseconds(pick(random, 300)));
      kill_something(round, random, server);
    }
    std::this_thread::sleep_for(milliseconds(300));  // some load on the last one, too
    writers.stop();
    writers.join();
    expect_equal(http, url, table);
    http.close();
    EXPECT_EQ(server.terminate(), 0);
  }

 private:
  static void kill_something(int round, Random& random, ServerProcess& server) {
    switch (round % 3) {
      case 0: return server.kill_and_start();
      case 1:
        postgres().sql("postgres",
                       "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                       "WHERE application_name = 'courtside'");
        return;
      default:
        if (pick(random, 2) == 0) {
          postgres().kill();
        } else {
          postgres().stop();
        }
        if (pick(random, 2) == 0) server.kill_and_start();
        postgres().start();
    }
  }
};

// The obvious but wrong reader: reads rows after the last position that it saw.
std::set<std::string> read_beyond_last(const std::string& url, const Workers& workers) {
  pqxx::connection connection(url);
  pqxx::nontransaction session(connection);
  std::set<std::string> seen;
  std::int64_t last = 0;
  bool stopping = false;
  for (;;) {
    const pqxx::result rows = session.exec_params(
        "SELECT \"position\", \"eventId\" FROM \"EventOutbox\" WHERE \"position\" > $1 "
        "ORDER BY \"position\" LIMIT 1000",
        last);
    for (const auto& row : rows) {
      last = row[0].as<std::int64_t>();
      seen.insert(row[1].c_str());
    }
    if (rows.empty() && stopping) return seen;
    stopping = workers.stopped();
    std::this_thread::sleep_for(milliseconds(10));
  }
}

TEST_F(ExactlyOnce, ThirtyTwoWritersForThirtySeconds) {
  const std::string url = make_outbox();
  make_bookings(url, LoadOptions().bookings);
  ServerProcess server({"--outbox-url", url});
  HttpClient http(server.port());
  Workers writers;
  for (int i = 0; i < 32; ++i) {
    writers.add([&url, i, &writers] { run_bookings(url, {}, i, writers); });
  }
  std::set<std::string> seen;
  std::thread naive([&] { seen = read_beyond_last(url, writers); });
  std::this_thread::sleep_for(seconds(scaled(30, 5)));
  writers.stop();
  writers.join();
  naive.join();
  expect_equal(http, url);
  // Under the same load a reader without the guard loses events.
  const std::size_t committed = committed_ids(url, "EventOutbox").size();
  std::printf("a reader by position alone missed %zu of %zu\n", committed - seen.size(), committed);
  EXPECT_LT(seen.size(), committed);
  http.close();
  EXPECT_EQ(server.terminate(), 0);
}

TEST_F(ExactlyOnce, WhateverIsKilled) {
  const std::string url = make_outbox();
  kill_all_around(url, {"--outbox-url", url}, {}, "EventOutbox");
}

TEST_F(ExactlyOnce, WhateverIsKilledWhileMessagesAreRead) {
  const MessageOutbox outbox = make_message_outbox();
  kill_all_around(outbox.url, outbox.flags, {.messages = true}, "Written");
}

}  // namespace
}  // namespace courtside::e2e
