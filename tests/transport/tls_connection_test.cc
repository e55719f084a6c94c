// Goal: a connection over TLS does what one without does: HTTP, WebSocket, pauses, ends, slow
// readers; and many messages share a record.
#include <gtest/gtest.h>

#include "tests/transport/loopback.h"
#include "tests/transport/tls_peer.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using namespace testing_tls;

// A server that speaks TLS, and one client of it.
struct TlsConnection : ::testing::Test {
  TlsConnection() {
    server.limits.close_timeout_ms = 500;
    auto listening = Listener::listen(server.loop, {"127.0.0.1", 0}, [this](AcceptedSocket socket) {
      if (proxied) socket.expect_proxy_header();
      socket.expect_tls(context);
      Connection& connection = adopt(server.loop, std::move(socket), server.limits, server);
      server.connections[connection.id()] = &connection;
    });
    server.listener = std::move(*listening);
  }

  void connect(int receive_buffer_bytes = 0) {
    raw = std::make_unique<RawClient>(server.port(), receive_buffer_bytes);
  }

  // Moves bytes both ways until `done`.
  bool pump(const std::function<bool()>& done) {
    return server.pump([&] {
      const std::string bytes = raw->take_input();
      record_bytes += bytes;
      if (!bytes.empty()) client.receive(bytes);
      send_output();
      return done();
    });
  }
  void send_output() {
    unsent += client.output();
    unsent.erase(0, raw->send(unsent));
  }
  bool handshake() {
    client.read();
    return pump([this] { return client.established(); });
  }
  bool pump_until_plain(std::string_view text) {
    return pump([this, text] { return client.plain() == text; });
  }

  // The sizes of the records that the server sent since they were last cleared.
  std::vector<std::size_t> record_sizes() const {
    std::vector<std::size_t> sizes;
    for (std::size_t at = 0; at + 5 <= record_bytes.size(); at += 5 + sizes.back()) {
      const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(record_bytes[at + i]));
      };
      sizes.push_back(byte(3) << 8 | byte(4));
    }
    return sizes;
  }

  std::shared_ptr<const TlsContext> context = new_context();
  bool proxied = false;
  Server server;
  std::unique_ptr<RawClient> raw;
  TlsClient client;
  std::string unsent;
  std::string record_bytes;
};

TEST_F(TlsConnection, AnswersRequests) {
  connect();
  ASSERT_TRUE(handshake());
  client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(pump([this] { return client.plain().ends_with("GET /b "); }));
  EXPECT_EQ(server.log, "request GET /a; request GET /b");
}

TEST_F(TlsConnection, EchoesMessagesOfEverySize) {
  connect();
  ASSERT_TRUE(handshake());
  client.send(upgrade_text());
  ASSERT_TRUE(pump_until_plain(upgrade_answer_text()));
  std::string expected = upgrade_answer_text();
  for (const std::size_t size : {0U, 1U, 125U, 126U, 16'384U, 16'385U, 60'000U}) {
    const std::string payload(size, 'm');
    std::string frame;
    append_frame(frame, Opcode::kBinary, payload);
    expected += frame;
    std::string masked;
    append_frame(masked, Opcode::kBinary, payload, WebSocketRole::kClient);
    client.send(masked);
  }
  EXPECT_TRUE(pump_until_plain(expected));
}

// Each message is answered and written before the next one of the same read is taken.
TEST_F(TlsConnection, AnswersMayBeWrittenWhileBytesAreTaken) {
  connect();
  ASSERT_TRUE(handshake());
  client.send(upgrade_text());
  ASSERT_TRUE(pump_until_plain(upgrade_answer_text()));
  server.on_message_do = [](Connection& connection, Opcode, std::string_view payload) {
    connection.send(SharedBytes(std::string(payload) + std::string(16'000, '.')));
    connection.flush();
  };
  // Messages are larger than what wslay copies at a time, and an answer is as large as all of them.
  std::string masked, all = upgrade_answer_text();
  for (const char letter : {'a', 'b', 'c'}) {
    const std::string payload(5000, letter);
    append_frame(masked, Opcode::kText, payload, WebSocketRole::kClient);
    all += payload + std::string(16'000, '.');
  }
  client.send(masked);
  EXPECT_TRUE(pump_until_plain(all));
}

// 64 events of a turn: one record costs a tenth of 64.
TEST_F(TlsConnection, ManyMessagesShareARecord) {
  connect();
  ASSERT_TRUE(handshake());
  client.send(upgrade_text());
  ASSERT_TRUE(pump_until_plain(upgrade_answer_text()));
  server.settle();
  raw->take_input();
  record_bytes.clear();
  std::string all = upgrade_answer_text();
  for (int i = 0; i < 64; ++i) {
    const std::string message(250, static_cast<char>('a' + i % 26));
    server.connection().send_paced(SharedBytes(std::string(message)));
    all += message;
  }
  ASSERT_TRUE(pump_until_plain(all));
  EXPECT_EQ(record_sizes().size(), 1u);
  record_bytes.clear();
  server.connection().send(SharedBytes(std::string(100'000, 'x')));
  ASSERT_TRUE(pump_until_plain(all + std::string(100'000, 'x')));
  EXPECT_EQ(record_sizes().size(), 7u);
}

TEST_F(TlsConnection, ASlowReaderIsToldOfAndNothingIsLost) {
  connect(4096);
  ASSERT_TRUE(handshake());
  client.send(upgrade_text());
  ASSERT_TRUE(pump_until_plain(upgrade_answer_text()));
  std::string all = upgrade_answer_text();
  Connection& connection = server.connection();
  for (int i = 0; !connection.congested() || i < 3000; ++i) {
    const std::string message = std::to_string(i) + std::string(1000, ' ');
    connection.send(SharedBytes(std::string(message)));
    all += message;
    if (i % 100 == 0) server.loop.run_turn(1);
  }
  EXPECT_GT(connection.queued_bytes(), 0u);
  ASSERT_TRUE(pump_until_plain(all));
  EXPECT_TRUE(server.log.ends_with("drained"));
  EXPECT_EQ(connection.queued_bytes(), 0u);
}

TEST_F(TlsConnection, EndsWithCloseNotifyAfterEverythingWasSent) {
  connect();
  server.on_request_do = [](Connection& connection, HttpRequest&) {
    HttpResponse response;
    response.body = std::string(200'000, 'b');
    connection.respond(response);
    connection.close_after_flush();
  };
  ASSERT_TRUE(handshake());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(pump([this] { return client.ended() && raw->ended(); }));
  EXPECT_TRUE(client.plain().ends_with(std::string(200'000, 'b')));
  EXPECT_FALSE(raw->was_reset());
  client.end();
  send_output();
  raw->end_sending();
  EXPECT_TRUE(server.pump_until_log("request GET /; closed by us"));
}

TEST_F(TlsConnection, TakesTheClientsCloseNotifyForItsEnd) {
  connect();
  ASSERT_TRUE(handshake());
  client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end();
  ASSERT_TRUE(pump([this] { return client.ended(); }));
  EXPECT_TRUE(client.plain().ends_with("GET /last "));
}

TEST_F(TlsConnection, AResetOfTheClientIsItsEnd) {
  connect();
  ASSERT_TRUE(handshake());
  raw->reset();
  EXPECT_TRUE(server.pump_until_log("closed by peer"));
}

TEST_F(TlsConnection, APauseHoldsInputBack) {
  connect();
  ASSERT_TRUE(handshake());
  client.send(upgrade_text());
  ASSERT_TRUE(pump_until_plain(upgrade_answer_text()));
  server.log.clear();
  server.connection().pause_reading();
  std::string masked;
  append_frame(masked, Opcode::kText, "later", WebSocketRole::kClient);
  client.send(masked);
  send_output();
  server.settle();
  EXPECT_EQ(server.log, "");
  server.connection().resume_reading();
  EXPECT_TRUE(server.pump_until_log("message later"));
}

TEST_F(TlsConnection, BeginsBehindAProxyHeader) {
  proxied = true;
  connect();
  client.read();
  raw->send("PROXY TCP4 192.0.2.7 192.0.2.1 1000 443\r\n" + client.output());
  ASSERT_TRUE(pump([this] { return client.established(); }));
  EXPECT_EQ(server.connection().peer_address(), "192.0.2.7");
  client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(pump([this] { return client.plain().ends_with("GET /a "); }));
}

TEST_F(TlsConnection, AHandshakeThatNeverEndsIsCutOff) {
  server.limits.header_timeout_ms = 200;
  connect();
  client.read();
  const std::string hello = client.output();
  raw->send(hello.substr(0, hello.size() / 2));
  EXPECT_TRUE(server.pump_until_log("closed timeout"));
  EXPECT_EQ(raw->input(), "");
}

// What TLS itself sends is no answer to a request, so it extends no time.
TEST_F(TlsConnection, AHandshakeWithoutARequestIsCutOff) {
  server.limits.header_timeout_ms = 200;
  server.limits.keep_alive_timeout_ms = 600'000;
  connect();
  ASSERT_TRUE(handshake());
  EXPECT_TRUE(pump([this] { return server.log == "closed timeout"; }));
}

TEST_F(TlsConnection, AHandshakeThatStopsAfterTheServersPartIsCutOff) {
  server.limits.header_timeout_ms = 200;
  server.limits.keep_alive_timeout_ms = 600'000;
  connect();
  client.read();
  raw->send(client.output());
  EXPECT_TRUE(server.pump_until_log("closed timeout"));
  EXPECT_FALSE(raw->input().empty());
}

TEST_F(TlsConnection, WhoSpeaksPlainHttpIsTold) {
  connect();
  raw->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(server.pump([this] { return raw->ended() || raw->was_reset(); }));
  EXPECT_EQ(raw->input().find("HTTP/1.1 400 "), 0u);
  EXPECT_FALSE(raw->was_reset());
  raw->end_sending();
  EXPECT_TRUE(server.pump_until_log("no TLS: http request; closed violation"));
}

TEST_F(TlsConnection, WhatIsNoTlsIsClosed) {
  connect();
  raw->send(std::string(1000, 'x'));
  ASSERT_TRUE(server.pump([this] { return raw->ended() || raw->was_reset(); }));
  raw->end_sending();
  EXPECT_TRUE(server.pump_until_log("no TLS: wrong version number; closed violation"));
}

// Bytes that come one by one, as through a bad network.
TEST_F(TlsConnection, BearsBytesThatComeOneByOne) {
  connect();
  client.read();
  bool is_asked = false;
  ASSERT_TRUE(server.pump([&] {
    const std::string bytes = raw->take_input();
    if (!bytes.empty()) client.receive(bytes);
    if (client.established() && !std::exchange(is_asked, client.established())) {
      client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    unsent += client.output();
    unsent.erase(0, raw->send(unsent.substr(0, 1)));
    return client.plain().ends_with("GET /a ");
  }));
}

}  // namespace
}  // namespace courtside
