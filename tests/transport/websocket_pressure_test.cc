// Goal: a client that does not read costs a bounded amount and gets everything once it reads; an
// owner that pauses gets no messages; fan-out loses nothing during its pauses.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using testing_bytes::frame;
using testing_bytes::served;
using testing_bytes::text;

// Pings.

TEST(WebSocketPressure, PingsAreAnsweredAndNotReported) {
  Server server;
  Upgraded client(server);
  client.send(frame({.opcode = 9, .payload = "are you there"}) + text("m"));
  EXPECT_TRUE(server.pump([&] { return client.input().size() >= 18; }));
  EXPECT_EQ(client.input(), served(10, "are you there") + served(1, "m"));
  EXPECT_EQ(server.log, "message m");
}

TEST(WebSocketPressure, OurPingAsksForASignOfLife) {
  Server server;
  Upgraded client(server);
  const std::uint64_t before = server.connection().last_heard_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > before; }));
  server.connection().ping();
  ASSERT_TRUE(server.pump_until_input(client, served(9, "")));
  client.send(frame({.opcode = 10}));
  EXPECT_TRUE(server.pump([&] { return server.connection().last_heard_ms() > before; }));
  EXPECT_EQ(server.log, "");
}

// Our own pause in reading is not the peer's silence.
TEST(WebSocketPressure, WhileReadingIsPausedThePeerIsNotSilent) {
  Server server;
  Upgraded client(server);
  server.connection().pause_reading();
  const std::uint64_t paused_ms = server.loop.now_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > paused_ms + 50; }));
  EXPECT_EQ(server.connection().last_heard_ms(), server.loop.now_ms());
  server.connection().resume_reading();
  const std::uint64_t resumed_ms = server.loop.now_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > resumed_ms + 50; }));
  EXPECT_EQ(server.connection().last_heard_ms(), resumed_ms);
}

TEST(WebSocketPressure, PartsOfAMessageAreASignOfLifeWhenThereAreEnoughOfThem) {
  Server server;
  Upgraded client(server);
  const std::string message = text(std::string(10'000, 'x'));
  const std::uint64_t before = server.connection().last_heard_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > before; }));
  const auto send_part = [&](std::size_t begin, std::size_t end) {
    const std::uint64_t sent_ms = server.loop.now_ms();
    client.send(message.substr(begin, end - begin));
    server.settle();
    return server.connection().last_heard_ms() >= sent_ms;
  };
  EXPECT_FALSE(send_part(0, 1));
  EXPECT_FALSE(send_part(1, 4000));
  EXPECT_TRUE(send_part(4000, 5000));
  EXPECT_FALSE(send_part(5000, 9000));
  EXPECT_TRUE(send_part(9000, message.size()));
}

// The client does not read the pongs of 10,000 pings: one pong is queued, the newest waits, the
// rest are dropped.
TEST(WebSocketPressure, UnreadPongsDoNotPileUp) {
  Server server;
  Upgraded client(server, 4096);
  Connection& connection = server.connection();
  std::string flood;
  for (int count = 0; count < 10'000; ++count) {
    flood += frame({.opcode = 9, .payload = "ping " + std::to_string(count)});
  }
  // A large frame in front, so that no pong is sent.
  const std::string large = served(2, std::string(8'000'000, 'x'));
  connection.send(SharedBytes(large));
  std::string_view rest = flood;
  ASSERT_TRUE(server.pump([&] {
    rest.remove_prefix(client.send(rest));
    return rest.empty();
  }));
  server.settle();
  EXPECT_LE(connection.queued_bytes(), large.size() + 127);
  std::string input;
  ASSERT_TRUE(server.pump([&] {
    input += client.take_input();
    return input.ends_with(served(10, "ping 9999"));
  }));
  EXPECT_EQ(input, large + served(10, "ping 0") + served(10, "ping 9999"));
}

// Back-pressure.

TEST(WebSocketPressure, ASlowReaderIsToldOfAndNothingIsLost) {
  ConnectionLimits limits;
  limits.queue_bytes_max = 100'000;
  Server server(limits);
  Upgraded client(server, 4096);
  Connection& connection = server.connection();
  const SharedBytes piece(served(2, std::string(10'000, 'x')));
  std::size_t sent = 0;
  const auto send_until_congested = [&](Connection& it) {
    while (!it.congested() && sent < 20'000'000) {
      it.send(piece);
      sent += piece.size();
    }
    EXPECT_LE(it.queued_bytes(), limits.queue_bytes_max + piece.size());
  };
  server.on_drained_do = [&](Connection& it) {
    EXPECT_FALSE(it.congested());
    EXPECT_LT(it.queued_bytes(), limits.queue_bytes_max / 2);
    send_until_congested(it);
  };
  send_until_congested(connection);
  EXPECT_TRUE(connection.congested());
  // The kernel's buffers fill up; then nothing more is sent until the client reads.
  std::uint64_t before = 1;
  ASSERT_TRUE(server.pump([&] {
    const bool stands = connection.bytes_written() == before;
    before = connection.bytes_written();
    return stands && connection.bytes_acknowledged() < connection.bytes_written();
  }));
  EXPECT_LT(sent, 20'000'000u);
  std::string input;
  // The last piece may end beyond 20 MB, so the bytes sent are what is waited for.
  ASSERT_TRUE(server.pump([&] {
    input += client.take_input();
    return sent >= 20'000'000 && input.size() >= sent;
  }));
  EXPECT_EQ(input.size(), sent);
  EXPECT_TRUE(server.pump([&] { return connection.queued_bytes() == 0; }));
  EXPECT_TRUE(
      server.pump([&] { return connection.bytes_acknowledged() == connection.bytes_written(); }));
  EXPECT_EQ(input.substr(input.size() - piece.size()), piece.view());
  EXPECT_TRUE(server.log.starts_with("drained")) << server.log.substr(0, 100);
}

TEST(WebSocketPressure, AResetWithAFullQueueIsNoticed) {
  Server server;
  Upgraded client(server, 4096);
  server.connection().send(SharedBytes(std::string(20'000'000, 'x')));
  server.settle();
  EXPECT_TRUE(server.connection().congested());
  client.reset();
  EXPECT_TRUE(server.pump_until_log("closed by peer")) << server.log;
}

TEST(WebSocketPressure, PausedItKeepsItsMessagesForLater) {
  Server server;
  server.on_message_do = [](Connection& connection, Opcode, std::string_view) {
    connection.pause_reading();
  };
  Upgraded client(server);
  client.send(text("one") + text("two") + text("three").substr(0, 4));
  ASSERT_TRUE(server.pump_until_log("message one"));
  client.send(text("three").substr(4));
  server.settle();
  EXPECT_EQ(server.log, "message one");
  server.connection().resume_reading();
  EXPECT_EQ(server.log, "message one");  // not within the call
  ASSERT_TRUE(server.pump_until_log("message one; message two"));
  server.settle();
  EXPECT_EQ(server.log, "message one; message two");
  server.connection().resume_reading();
  ASSERT_TRUE(server.pump_until_log("message one; message two; message three"));
}

TEST(WebSocketPressure, PausedInTheMiddleOfALargeReadItStopsThere) {
  Server server;
  std::size_t seen = 0;
  server.on_message_do = [&](Connection& connection, Opcode, std::string_view) {
    ++seen;
    connection.pause_reading();
  };
  Upgraded client(server);
  std::string burst;  // more than one read takes
  for (int count = 0; count < 5'000; ++count) burst += text(std::string(40, 'x'));
  ASSERT_EQ(client.send(burst), burst.size());
  ASSERT_TRUE(server.pump([&] { return seen > 0; }));
  server.settle();
  EXPECT_EQ(seen, 1u);
  server.on_message_do = [&](Connection&, Opcode, std::string_view) { ++seen; };
  server.connection().resume_reading();
  EXPECT_TRUE(server.pump([&] { return seen == 5'000; }));
}

TEST(WebSocketPressure, PausedItStillNoticesTheEnd) {
  for (const bool by_reset : {true, false}) {
    Server server;
    Upgraded client(server);
    server.connection().pause_reading();
    by_reset ? client.reset() : client.close();
    EXPECT_TRUE(server.pump_until_log("closed by peer")) << server.log;
  }
}

// The FIN comes after an unread message: first the message must arrive, then the end, without
// spinning on the known end.
TEST(WebSocketPressure, PausedItHearsTheLastMessageBeforeTheEnd) {
  Server server;
  Upgraded client(server);
  server.connection().pause_reading();
  client.send(text("last"));
  client.close();
  server.settle();
  EXPECT_EQ(server.log, "");
  const std::uint64_t turns_before = server.turns;
  bool later = false;
  server.loop.start_timer(200, [&] { later = true; });
  ASSERT_TRUE(server.pump([&] { return later; }));
  EXPECT_LT(server.turns - turns_before, 50u);
  server.connection().resume_reading();
  ASSERT_TRUE(server.pump_until_log("message last; closed by peer")) << server.log;
}

// Fan-out.

TEST(WebSocketPressure, PacedPiecesArriveInOrderWithTheUrgentOnes) {
  Server server;
  std::vector<std::unique_ptr<Upgraded>> clients;
  for (int count = 0; count < 50; ++count) clients.push_back(std::make_unique<Upgraded>(server));
  std::string expected;
  for (int round = 0; round < 20; ++round) {
    const SharedBytes piece(served(1, "event " + std::to_string(round)));
    expected += piece.view();
    for (const auto& [id, connection] : server.connections) connection->send_paced(piece);
    const SharedBytes reply(served(1, "reply"));
    expected += reply.view();
    for (const auto& [id, connection] : server.connections) connection->send(reply);
    server.loop.run_turn(0);
  }
  for (const auto& client : clients) {
    ASSERT_TRUE(server.pump_until_input(*client, expected));
  }
  // Only paced sends: a pass over many delays the next one, but only briefly.
  for (int round = 0; round < 20; ++round) {
    const SharedBytes piece(served(1, "x"));
    expected += piece.view();
    for (const auto& [id, connection] : server.connections) connection->send_paced(piece);
    server.loop.run_turn(0);
  }
  for (const auto& client : clients) {
    ASSERT_TRUE(server.pump_until_input(*client, expected));
  }
}

// A pause ends without any other event on the loop.
TEST(WebSocketPressure, APausedPassIsNotForgotten) {
  Server server;
  std::vector<std::unique_ptr<Upgraded>> clients;
  for (int count = 0; count < 50; ++count) clients.push_back(std::make_unique<Upgraded>(server));
  const auto send_to_all = [&server] {
    const SharedBytes piece(served(1, "x"));
    for (const auto& [id, connection] : server.connections) connection->send_paced(piece);
    server.loop.run_turn(0);
  };
  const auto queued_bytes = [&server] {
    std::size_t sum = 0;
    for (const auto& [id, connection] : server.connections) sum += connection->queued_bytes();
    return sum;
  };
  constexpr std::uint64_t kForgottenMs = 60'000;  // a turn that nothing ends takes as long
  const auto begin = std::chrono::steady_clock::now();
  for (int round = 0; round < 10; ++round) {
    send_to_all();
    send_to_all();  // too soon after the previous one, unless this machine is very slow
    while (queued_bytes() > 0) server.loop.run_turn(kForgottenMs);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(kForgottenMs));
}

TEST(WebSocketPressure, AFlushInTheMiddleOfATurnWritesAtOnce) {
  Server server;
  Upgraded client(server);
  server.connection().send(SharedBytes(served(1, "now")));
  EXPECT_EQ(server.connection().queued_bytes(), 5u);
  server.connection().flush();
  EXPECT_EQ(server.connection().queued_bytes(), 0u);
  EXPECT_EQ(client.input(), served(1, "now"));  // without a turn
}

}  // namespace
}  // namespace courtside
