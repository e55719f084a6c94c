// Goal: an upgraded connection gives whole messages in order, closes as RFC 6455 section 7 asks,
// tells its sender when to stop, and reports its end exactly once.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using testing_bytes::close_body;
using testing_bytes::frame;

std::string text(const std::string& payload) { return frame({.opcode = 1, .payload = payload}); }
std::string served(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .masked = false, .payload = payload});
}
std::string close_frame(int code) { return frame({.opcode = 8, .payload = close_body(code, "")}); }
std::string served_close(int code, const std::string& reason = "") {
  return served(8, close_body(code, reason));
}

// A client whose upgrade is through.
class Upgraded : public RawClient {
 public:
  explicit Upgraded(Server& server, int receive_buffer_bytes = 0)
      : RawClient(server.port(), receive_buffer_bytes) {
    send(upgrade_text());
    EXPECT_TRUE(server.pump_until_input(*this, upgrade_answer_text()));
    take_input();
    server.log.clear();
  }
};

TEST(WebSocketConnection, FramesBehindTheUpgradeAreNotLost) {
  for (const bool accepted_later : {false, true}) {
    Server server;
    HttpRequest kept;
    if (accepted_later) {
      server.on_request_do = [&](Connection&, HttpRequest& request) { kept = std::move(request); };
    }
    RawClient client(server.port());
    client.send(upgrade_text() + text("early") + text("bird").substr(0, 3));
    if (accepted_later) {
      ASSERT_TRUE(server.pump_until_log("request GET /v1/ws"));
      client.send(text("bird").substr(3));
      server.settle();
      server.connection().accept_websocket(kept, "");
    } else {
      client.send(text("bird").substr(3));
    }
    ASSERT_TRUE(server.pump_until_input(
        client, upgrade_answer_text() + served(1, "early") + served(1, "bird")));
  }
}

TEST(WebSocketConnection, TheSubprotocolIsNamed) {
  Server server;
  server.on_request_do = [](Connection& connection, HttpRequest& request) {
    connection.accept_websocket(request, "courtside.v1.json");
  };
  RawClient client(server.port());
  client.send(upgrade_text());
  ASSERT_TRUE(server.pump([&] { return client.input().ends_with("\r\n\r\n"); }));
  EXPECT_NE(client.input().find("Sec-WebSocket-Protocol: courtside.v1.json\r\n"),
            std::string::npos);
}

// "ok", or the code's name.
std::string verdict(HttpRequest request) {
  const auto checked = Connection::check_upgrade(request);
  return checked ? "ok" : std::string(info(checked.error().code).name);
}

TEST(CheckUpgrade, TakesWhatTheRfcAsksForAndNothingElse) {
  HttpRequest request;
  request.method = "GET";
  request.headers = {{"host", "a"},
                     {"upgrade", "h2c, WebSocket"},
                     {"connection", "keep-alive, Upgrade"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  EXPECT_EQ(verdict(request), "ok");
  const auto with = [&request](std::size_t index, const char* value) {
    HttpRequest changed = request;
    changed.headers[index].second = value;
    return verdict(changed);
  };
  EXPECT_EQ(with(1, "websockets"), "upgrade_required");
  EXPECT_EQ(with(2, "close"), "upgrade_required");
  EXPECT_EQ(with(3, "8"), "upgrade_required");
  EXPECT_EQ(with(3, ""), "upgrade_required");
  EXPECT_EQ(with(4, "dGhlIHNhbXBsZSBub25jZQ"), "bad_request");
  EXPECT_EQ(with(4, "c2hvcnQ="), "bad_request");
  EXPECT_EQ(with(4, ""), "bad_request");
  HttpRequest post = request;
  post.method = "POST";
  EXPECT_EQ(verdict(post), "bad_request");
  HttpRequest old = request;
  old.minor_version = 0;
  EXPECT_EQ(verdict(old), "bad_request");
  HttpRequest twice = request;
  twice.headers.push_back(request.headers[4]);
  EXPECT_EQ(verdict(twice), "bad_request");
  EXPECT_EQ(Connection::check_upgrade(HttpRequest()).error().details, R"({"version":13})");
}

// Closing.

TEST(WebSocketConnection, AClientsCloseIsEchoedAndReported) {
  Server server;
  Upgraded client(server);
  client.send(close_frame(4001) + text("after the close"));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(client.input(), served_close(4001));
  client.close();
  EXPECT_TRUE(server.pump_until_log("closed by peer 4001")) << server.log;
}

TEST(WebSocketConnection, ACloseWithoutACodeIsEchoedWithoutOne) {
  Server server;
  Upgraded client(server);
  client.send(frame({.opcode = 8}));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(client.input(), served(8, ""));
  client.close();
  EXPECT_TRUE(server.pump_until_log("closed by peer 1005")) << server.log;
}

TEST(WebSocketConnection, OurCloseWaitsForTheClients) {
  Server server;
  Upgraded client(server);
  server.connection().send(SharedBytes(served(1, "last words")));
  server.connection().close_websocket(1012, "restart");
  server.connection().send(SharedBytes(served(1, "nothing may follow")));
  ASSERT_TRUE(
      server.pump_until_input(client, served(1, "last words") + served_close(1012, "restart")));
  client.send(text("sent before it saw our close"));
  server.settle();
  EXPECT_EQ(server.log, "");
  EXPECT_FALSE(client.ended());
  client.send(close_frame(1012));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  client.close();
  EXPECT_TRUE(server.pump_until_log("closed by us 1012")) << server.log;
}

TEST(WebSocketConnection, OurCloseReachesAClientWeDoNotListenTo) {
  Server server;
  Upgraded client(server);
  server.connection().pause_reading();
  client.send(text("unheard"));
  server.settle();
  server.connection().close_websocket(1000, "");
  client.send(close_frame(1000));
  client.end_sending();
  EXPECT_TRUE(server.pump_until_log("closed by us 1000")) << server.log;
}

ConnectionLimits impatient() {
  ConnectionLimits limits;
  limits.close_timeout_ms = 60;
  return limits;
}

TEST(WebSocketConnection, AClientThatNeverAnswersOurCloseIsLeft) {
  Server server(impatient());
  Upgraded client(server);
  server.connection().close_websocket(1001, "");
  EXPECT_TRUE(server.pump_until_log("closed by us")) << server.log;
}

TEST(WebSocketConnection, AViolationIsAnsweredWithItsCodeEvenToAFlooder) {
  ConnectionLimits limits;
  limits.websocket.message_bytes_max = 1000;
  Server server(limits);
  Upgraded client(server);
  client.send(text("fine"));
  const std::string flood = frame({.opcode = 2, .payload = std::string(1 << 20, 'x')});
  client.send(flood);
  ASSERT_TRUE(server.pump([&] {
    client.send(flood);
    return client.ended() || client.was_reset();
  }));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(client.input(), served(1, "fine") + served_close(1009, "more than 1000 bytes"));
  client.close();
  EXPECT_TRUE(server.pump_until_log("message fine; closed violation")) << server.log;
}

TEST(WebSocketConnection, AViolationBehindOurCloseEndsItWithoutASecondFrame) {
  Server server;
  Upgraded client(server);
  server.connection().close_websocket(1000, "");
  client.send(frame({.opcode = 3}));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(client.input(), served_close(1000));
}

TEST(WebSocketConnection, ALostClientIsReportedOnce) {
  for (const bool by_reset : {true, false}) {
    Server server;
    Upgraded client(server);
    client.send(text("whole") + text("half a message").substr(0, 9));
    ASSERT_TRUE(server.pump_until_log("message whole"));
    by_reset ? client.reset() : client.close();
    EXPECT_TRUE(server.pump_until_log("message whole; closed by peer")) << server.log;
    server.settle();
    EXPECT_EQ(server.log, "message whole; closed by peer");
  }
}

TEST(WebSocketConnection, CloseCallsMayComeFromAnyCallback) {
  const std::vector<std::pair<std::function<void(Connection&)>, std::string>> ways = {
      {[](Connection& it) { it.abort(); }, "closed by us"},
      {[](Connection& it) { it.close_after_flush(); }, "closed by us"},
      {[](Connection& it) { it.close_websocket(1000, ""); }, "closed by us"},
      {[](Connection& it) { it.close_websocket(1000, ""), it.abort(); }, "closed by us"},
  };
  for (const auto& [close, expected] : ways) {
    Server server(impatient());
    server.on_message_do = [&close = close](Connection& connection, Opcode, std::string_view) {
      close(connection);
      connection.send(SharedBytes(std::string("ignored")));
      connection.ping();
      connection.flush();
      connection.pause_reading();
      connection.resume_reading();
      close(connection);
    };
    server.on_close = [](Connection& connection) {
      connection.abort();
      connection.send(SharedBytes(std::string("ignored")));
    };
    Upgraded client(server);
    client.send(text("one") + text("two"));
    EXPECT_TRUE(server.pump_until_log("message one; " + expected)) << server.log;
    EXPECT_EQ(client.input().find("ignored"), std::string::npos);
  }
}

// Pings.

TEST(WebSocketConnection, PingsAreAnsweredAndNotReported) {
  Server server;
  Upgraded client(server);
  client.send(frame({.opcode = 9, .payload = "are you there"}) + text("m"));
  EXPECT_TRUE(server.pump([&] { return client.input().size() >= 18; }));
  EXPECT_EQ(client.input(), served(10, "are you there") + served(1, "m"));
  EXPECT_EQ(server.log, "message m");
}

TEST(WebSocketConnection, OurPingAsksForASignOfLife) {
  Server server;
  Upgraded client(server);
  const std::uint64_t before = server.connection().last_received_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > before; }));
  server.connection().ping();
  ASSERT_TRUE(server.pump_until_input(client, served(9, "")));
  client.send(frame({.opcode = 10}));
  EXPECT_TRUE(server.pump([&] { return server.connection().last_received_ms() > before; }));
  EXPECT_EQ(server.log, "");
}

// 10,000 pings nobody reads the answers of: one pong is queued, the newest waits, the rest are
// gone.
TEST(WebSocketConnection, UnreadPongsDoNotPileUp) {
  Server server;
  Upgraded client(server, 4096);
  Connection& connection = server.connection();
  std::string flood;
  for (int count = 0; count < 10'000; ++count) {
    flood += frame({.opcode = 9, .payload = "ping " + std::to_string(count)});
  }
  // Something large in front, so that no pong leaves.
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

TEST(WebSocketConnection, ASlowReaderIsToldOfAndNothingIsLost) {
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
    return stands;
  }));
  EXPECT_LT(sent, 20'000'000u);
  std::string input;
  ASSERT_TRUE(server.pump([&] { return (input += client.take_input()).size() >= 20'000'000; }));
  EXPECT_EQ(input.size(), sent);
  EXPECT_EQ(connection.queued_bytes(), 0u);
  EXPECT_EQ(input.substr(input.size() - piece.size()), piece.view());
  EXPECT_TRUE(server.log.starts_with("drained")) << server.log.substr(0, 100);
}

TEST(WebSocketConnection, AResetWithAFullQueueIsNoticed) {
  Server server;
  Upgraded client(server, 4096);
  server.connection().send(SharedBytes(std::string(20'000'000, 'x')));
  server.settle();
  EXPECT_TRUE(server.connection().congested());
  client.reset();
  EXPECT_TRUE(server.pump_until_log("closed by peer")) << server.log;
}

TEST(WebSocketConnection, PausedItKeepsItsMessagesForLater) {
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
  EXPECT_EQ(server.log, "message one");  // not from within the call
  ASSERT_TRUE(server.pump_until_log("message one; message two"));
  server.settle();
  EXPECT_EQ(server.log, "message one; message two");
  server.connection().resume_reading();
  ASSERT_TRUE(server.pump_until_log("message one; message two; message three"));
}

TEST(WebSocketConnection, PausedInTheMiddleOfALargeReadItStopsThere) {
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

TEST(WebSocketConnection, PausedItStillNoticesTheEnd) {
  for (const bool by_reset : {true, false}) {
    Server server;
    Upgraded client(server);
    server.connection().pause_reading();
    by_reset ? client.reset() : client.close();
    EXPECT_TRUE(server.pump_until_log("closed by peer")) << server.log;
  }
}

// The end stands behind a message that was not read: first the message, then the end, and no
// spinning on an end that is known.
TEST(WebSocketConnection, PausedItHearsTheLastMessageBeforeTheEnd) {
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

TEST(WebSocketConnection, PacedPiecesArriveInOrderWithTheUrgentOnes) {
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
  // Paced alone: a pass over many holds up the next, and only for a moment.
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

TEST(WebSocketConnection, AFlushInTheMiddleOfATurnWritesAtOnce) {
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
