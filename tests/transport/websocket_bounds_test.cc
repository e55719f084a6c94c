// Goal: what a WebSocket peer begins it must finish in time, and neither fragments nor pings make
// the server hold or send more than a bounded amount.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"
#include "transport/pong_pacer.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using testing_bytes::close_body;
using testing_bytes::frame;
using testing_bytes::served;
using testing_bytes::text;

std::string ping(const std::string& payload) { return frame({.opcode = 9, .payload = payload}); }
std::string fragment(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .fin = false, .payload = payload});
}

// ---------------------------------------------------------------------------------------------
// Unfinished frames and messages.

ConnectionLimits with_receive_timeout(std::uint32_t timeout_ms) {
  ConnectionLimits limits;
  limits.receive_timeout_ms = timeout_ms;
  limits.close_timeout_ms = 60;
  return limits;
}

void expect_ended_as_late(Server& server, Upgraded& client) {
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  const std::string close = served(8, close_body(4408, "the message took too long"));
  EXPECT_TRUE(client.input().ends_with(close)) << client.input();
  ASSERT_TRUE(server.pump([&] { return server.connections.empty(); }));
  EXPECT_TRUE(server.log.ends_with("closed timeout 4408")) << server.log;
}

TEST(WebSocketBounds, AnUnfinishedFrameEndsTheConnection) {
  const std::string message = text("hello");
  for (const std::string& begun :
       {message.substr(0, 1), message.substr(0, 6), message.substr(0, message.size() - 1),
        ping("are you there").substr(0, 8), message + message.substr(0, 1)}) {
    Server server(with_receive_timeout(60));
    Upgraded client(server);
    client.send(begun);
    expect_ended_as_late(server, client);
  }
}

TEST(WebSocketBounds, PingsBetweenFragmentsDoNotKeepAMessageOpen) {
  Server server(with_receive_timeout(200));
  Upgraded client(server);
  client.send(fragment(1, "begun"));
  ASSERT_TRUE(server.pump([&] {
    client.send(ping("still here"));
    return client.input().find("too long") != std::string::npos;
  }));
  expect_ended_as_late(server, client);
}

TEST(WebSocketBounds, BytesNowAndThenDoNotKeepAFrameOpen) {
  Server server(with_receive_timeout(200));
  Upgraded client(server);
  const std::string message = text(std::string(60'000, 'x'));
  std::size_t sent = 0;
  ASSERT_TRUE(server.pump([&] {
    sent += client.send(message.substr(sent, 1));
    return client.input().find("too long") != std::string::npos;
  }));
  EXPECT_LT(sent, message.size());
}

// Story: the timer was armed for a message that was finished in time, and fired in the next one.
TEST(WebSocketBounds, EachMessageHasATimeOfItsOwn) {
  Server server(with_receive_timeout(400));
  Upgraded client(server);
  const std::string message = text("hello");
  const std::string twice = message + message;
  bool is_over = false;
  server.loop.start_timer(1000, [&] { is_over = true; });
  std::size_t sent = 0;
  // Two bytes a turn, of messages of 11 bytes: every other one begins with the end of another.
  ASSERT_TRUE(server.pump([&] {
    sent += client.send(twice.substr(sent % message.size(), 2));
    return is_over;
  }));
  EXPECT_EQ(server.log.find("closed"), std::string::npos) << server.log;
  EXPECT_EQ(server.connections.size(), 1u);
}

TEST(WebSocketBounds, OurOwnPauseIsNoDelayOfThePeer) {
  Server server(with_receive_timeout(200));
  Upgraded client(server);
  const std::string message = text("hello");
  client.send(message.substr(0, 4));
  server.settle();
  server.connection().pause_reading();
  client.send(message.substr(4));
  bool is_long_after = false;
  server.loop.start_timer(500, [&] { is_long_after = true; });
  ASSERT_TRUE(server.pump([&] { return is_long_after; }));
  EXPECT_EQ(server.log, "");
  server.connection().resume_reading();
  EXPECT_TRUE(server.pump_until_log("message hello")) << server.log;
}

TEST(WebSocketBounds, BetweenMessagesThereIsNoLimit) {
  Server server(with_receive_timeout(60));
  Upgraded client(server);
  client.send(text("hello"));
  bool is_long_after = false;
  server.loop.start_timer(300, [&] { is_long_after = true; });
  ASSERT_TRUE(server.pump([&] { return is_long_after; }));
  EXPECT_EQ(server.log, "message hello");
}

// ---------------------------------------------------------------------------------------------
// Fragments.

// Whatever number of fragments is allowed, each costs 128 bytes of the message.
TEST(WebSocketBounds, TwoMillionFragmentsEndWith1009) {
  for (const std::string payload : {"", "x"}) {
    ConnectionLimits limits;
    limits.websocket.fragments_max = 100'000'000;
    Server server(limits);
    Upgraded client(server);
    std::string many = fragment(2, payload);
    for (int i = 1; i < 10'000; ++i) many += fragment(0, payload);
    std::size_t sent = 0;
    const std::size_t all = many.size() * 200;
    ASSERT_TRUE(server.pump([&] {
      if (sent < all) sent += client.send(many.substr(sent % many.size(), 64 * 1024));
      return client.input().size() > 4;
    }));
    EXPECT_EQ(client.input(),
              served(8, close_body(1009,
                                   "more than 65536 bytes, with 128 for each fragment "
                                   "after the first")));
    client.close();
    ASSERT_TRUE(server.pump([&] { return server.connections.empty(); }));
    EXPECT_EQ(server.log, "closed violation 1009");
    // 512 of them fit into 64 KiB.
    EXPECT_LT(sent, 8'000'000u);
  }
}

// ---------------------------------------------------------------------------------------------
// Pings.

TEST(PongPacer, AllowsSoManyInASecond) {
  PongPacer pacer(3);
  EXPECT_TRUE(pacer.take(5000));
  EXPECT_TRUE(pacer.take(5000));
  EXPECT_EQ(pacer.wait_ms(5400), 0u);
  EXPECT_TRUE(pacer.take(5400));
  EXPECT_FALSE(pacer.take(5400));
  EXPECT_EQ(pacer.wait_ms(5400), 600u);
  EXPECT_FALSE(pacer.take(5999));
  EXPECT_EQ(pacer.wait_ms(6000), 0u);
  EXPECT_TRUE(pacer.take(6000));
}

// A client that reads every pong gets few of them, and the last ping is answered.
TEST(WebSocketBounds, PingsAreAnsweredAtABoundedRate) {
  ConnectionLimits limits;
  limits.pongs_per_second_max = 2;
  Server server(limits);
  Upgraded client(server);
  const std::uint64_t begin_ms = server.loop.now_ms();
  for (int sent = 0; sent < 300; ++sent) {
    client.send(ping("p" + std::to_string(sent)));
    server.loop.run_turn(0);
  }
  ASSERT_TRUE(server.pump([&] { return client.input().ends_with(served(10, "p299")); }));
  const std::uint64_t seconds = (server.loop.now_ms() - begin_ms) / 1000 + 1;
  const std::string& input = client.input();
  const auto pongs = static_cast<std::uint64_t>(std::count(input.begin(), input.end(), '\x8A'));
  EXPECT_GE(pongs, 3u);
  EXPECT_LE(pongs, 2 * seconds);
}

}  // namespace
}  // namespace courtside
