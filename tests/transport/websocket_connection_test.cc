// Goal: an upgraded connection delivers whole messages in order, closes as RFC 6455 section 7
// requires, and reports its end exactly once.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using testing_bytes::close_body;
using testing_bytes::frame;
using testing_bytes::served;
using testing_bytes::text;

std::string close_frame(int code) { return frame({.opcode = 8, .payload = close_body(code, "")}); }
std::string served_close(int code, const std::string& reason = "") {
  return served(8, close_body(code, reason));
}

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
      server.connection().accept_websocket(kept, {});
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
    connection.accept_websocket(request, {.subprotocol = "courtside.v1.json"});
  };
  RawClient client(server.port());
  client.send(upgrade_text());
  ASSERT_TRUE(server.pump([&] { return client.input().ends_with("\r\n\r\n"); }));
  EXPECT_NE(client.input().find("Sec-WebSocket-Protocol: courtside.v1.json\r\n"),
            std::string::npos);
}

TEST(WebSocketConnection, WhatWasAgreedOnIsAnsweredAndKept) {
  Server server;
  server.on_request_do = [](Connection& connection, HttpRequest& request) {
    connection.accept_websocket(request, {.deflate = agree_on_deflate(request.headers),
                                          .limits = WebSocketLimits{.message_bytes_max = 5}});
  };
  RawClient client(server.port());
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // RFC 7692, section 7.2.3.1
  client.send(upgrade_text().insert(
      upgrade_text().size() - 2,
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n"));
  client.send(frame({.opcode = 1, .rsv = 4, .payload = hello}) + text("larger"));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_NE(client.input().find(
                "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                "client_no_context_takeover; server_max_window_bits=10\r\n"),
            std::string::npos);
  EXPECT_NE(client.input().find(served(1, "Hello") + served_close(1009, "more than 5 bytes")),
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
  EXPECT_EQ(verdict(old), "upgrade_required");
  HttpRequest extended = request;
  extended.headers.emplace_back("sec-websocket-extensions", "permessage-deflate; a=1");
  EXPECT_EQ(verdict(extended), "ok");
  extended.headers.emplace_back("sec-websocket-extensions", "permessage-deflate; a=");
  EXPECT_EQ(verdict(extended), "bad_request");
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

// It reaches our close frame after reading the data before it.
TEST(WebSocketConnection, ASlowReaderHearsOurCloseToo) {
  Server server(impatient());
  Upgraded client(server, 4096);
  server.connection().send(SharedBytes(served(2, std::string(150'000, 'x'))));
  server.connection().close_websocket(1012, "");
  const std::string end = served_close(1012);
  auto last = std::chrono::steady_clock::now();
  ASSERT_TRUE(server.pump([&] {
    if (std::chrono::steady_clock::now() - last > std::chrono::milliseconds(10)) {
      last = std::chrono::steady_clock::now();
      client.read_some(4000);
    }
    return client.is_over() || client.read_so_far().ends_with(end);
  }));
  ASSERT_FALSE(client.is_over()) << client.read_so_far().size();
  client.send(close_frame(1012));
  EXPECT_TRUE(server.pump_until_log("closed by us 1012")) << server.log;
}

TEST(WebSocketConnection, WhoReadsNothingBehindOurCloseIsLeft) {
  Server server(impatient());
  Upgraded client(server, 4096);
  server.connection().send(SharedBytes(served(2, std::string(8'000'000, 'x'))));
  server.connection().close_websocket(1012, "");
  EXPECT_TRUE(server.pump([&] { return server.connections.empty(); })) << server.log;
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
  EXPECT_TRUE(server.pump_until_log("message fine; closed violation 1009")) << server.log;
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

}  // namespace
}  // namespace courtside
