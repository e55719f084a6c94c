// Goal: a loop sleeps when nothing happens, wakes on request, ends each turn in order, and stops
// when everything is closed.
#include "transport/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/mailbox.h"
#include "tests/transport/loopback.h"

namespace courtside {
namespace {

using namespace testing_loopback;

TEST(Loop, RunReturnsAtTheStop) {
  Loop loop;
  std::thread runner([&] { loop.run(); });
  loop.request_stop();
  runner.join();
}

TEST(Loop, AStopBeforeTheRunCounts) {
  Loop loop;
  loop.request_stop();
  loop.run();
}

TEST(Loop, TheStopWaitsForConnectionsAndListeners) {
  Server server;
  RawClient client(server.port());
  ASSERT_TRUE(server.pump([&] { return !server.connections.empty(); }));
  server.listener.reset();
  // Paused with input before a known end: nothing is watched on this socket any more.
  server.connection().pause_reading();
  client.send("x");
  client.close();
  server.settle();
  bool closed = false;
  server.on_close = [&](Connection&) { closed = true; };
  server.loop.start_timer(60, [&] { server.connection().abort(); });
  server.loop.request_stop();
  server.loop.run();
  EXPECT_TRUE(closed);
}

TEST(Loop, EveryWakeIsHeardAndBurstsAreOne) {
  Loop loop;
  std::atomic<int> posted = 0;
  int seen = 0;
  int wakes = 0;
  loop.set_on_wake([&] {
    ++wakes;
    seen = posted.load();
  });
  constexpr int kPosts = 100'000;
  std::thread poster([&] {
    for (int count = 0; count < kPosts; ++count) {
      posted.fetch_add(1);
      loop.wake();
    }
  });
  while (seen < kPosts) loop.run_turn(1000);
  poster.join();
  EXPECT_LE(wakes, kPosts);
  loop.wake();
  loop.wake();
  wakes = 0;
  loop.run_turn(1000);
  EXPECT_EQ(wakes, 1);
}

TEST(Loop, ATurnEndsInOrder) {
  Server server;
  std::string order;
  server.on_request_do = [&](Connection& connection, HttpRequest&) {
    order += "read ";
    server.loop.wake();
    connection.respond({.status = 204});
    EXPECT_GT(connection.queued_bytes(), 0u);
  };
  server.loop.set_on_wake([&] { order += "wake "; });
  server.loop.set_on_turn_end([&] {
    if (order.empty() || server.connections.empty()) return;
    order += server.connection().queued_bytes() > 0 ? "end " : "";
  });
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(server.pump([&] { return !client.input().empty(); }));
  ASSERT_TRUE(server.pump([&] { return order.find("wake") != std::string::npos; }));
  // The wake may belong to this turn or to the next, but comes after the read that asked for it;
  // the turn's end comes before the flush.
  EXPECT_TRUE(order == "read end wake " || order == "read wake end ") << order;
}

TEST(Loop, WhatATimerSendsIsNotLeftToSleep) {
  Server server;
  RawClient client(server.port());
  client.send(upgrade_text());
  ASSERT_TRUE(server.pump_until_input(client, upgrade_answer_text()));
  client.take_input();
  server.loop.start_timer(40, [&] { server.connection().send(SharedBytes(std::string("x"))); });
  // The next event is 3 s away.
  bool overslept = false;
  server.loop.start_timer(3000, [&] { overslept = true, server.loop.request_stop(); });
  server.loop.set_on_wake([&] {
    server.listener.reset();
    server.connection().abort();
  });
  std::thread reader([&] {
    while (client.input().empty() && !client.was_reset()) std::this_thread::yield();
    server.loop.request_stop();
  });
  server.loop.run();
  reader.join();
  EXPECT_FALSE(overslept);
  EXPECT_EQ(client.input(), "x");
}

TEST(Loop, ItSleepsWhileNothingHappens) {
  Loop loop;
  int ends = 0;
  loop.set_on_turn_end([&] { ++ends; });
  bool fired = false;
  loop.start_timer(300, [&] { fired = true; });
  int turns = 0;
  while (!fired) {
    loop.run_turn(10'000);
    ++turns;
  }
  EXPECT_LE(turns, 3);
  EXPECT_LE(ends, 3);
  EXPECT_LT(loop.busy(), 0.2);
}

TEST(Loop, ABusyOneSaysSo) {
  Loop loop;
  int rounds = 0;
  loop.set_on_wake([&] {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    while (std::chrono::steady_clock::now() < until) {
    }
    if (++rounds < 15) loop.wake();
  });
  loop.wake();
  while (rounds < 15) loop.run_turn(1000);
  EXPECT_GT(loop.busy(), 0.7);
}

// One thread's listener accepts, another thread's loop owns the connections.
TEST(Loop, ASocketMayTravelToAnotherLoop) {
  class Closer final : public ConnectionHandler {
   public:
    void on_request(Connection& connection, HttpRequest&) override {
      connection.respond({.status = 204});
      connection.close_after_flush();
    }
    void on_bad_request(Connection&, const Error&, const HttpHeaders&) override {}
    void on_message(Connection&, Opcode, std::string_view) override {}
    void on_drained(Connection&) override {}
    void on_closed(Connection&, CloseReason, std::uint16_t) override { ++closed; }
    std::atomic<int> closed = 0;
  } handler;

  Loop shard;
  Mailbox<AcceptedSocket> sockets(1000, [&shard] { shard.wake(); });
  shard.set_on_wake([&] {
    std::vector<AcceptedSocket> arrived;
    sockets.take_all(arrived);
    for (AcceptedSocket& socket : arrived) adopt(shard, std::move(socket), {}, handler);
  });
  std::thread shard_thread([&] { shard.run(); });

  Loop acceptor;
  auto listener = Listener::listen(acceptor, {"127.0.0.1", 0}, [&](AcceptedSocket socket) {
    EXPECT_EQ(socket.peer_address(), "127.0.0.1");
    EXPECT_TRUE(sockets.try_post(socket));
  });
  ASSERT_TRUE(listener);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int count = 0; count < 200; ++count) {
    clients.push_back(std::make_unique<RawClient>((*listener)->port()));
    clients.back()->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  const auto all_answered = [&] {
    for (const auto& client : clients) {
      if (!client->ended()) return false;
    }
    return true;
  };
  while (!all_answered() && std::chrono::steady_clock::now() < deadline) acceptor.run_turn(10);
  EXPECT_TRUE(all_answered());
  clients.clear();
  listener->reset();
  shard.request_stop();
  shard_thread.join();
  EXPECT_EQ(handler.closed, 200);
}

}  // namespace
}  // namespace courtside
