// Goal: a client that closes its sending side after its last request gets every response (RFC 9112,
// section 9.6), and a client that is gone is detected at the next write.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using namespace testing_bytes;

const std::string kGet = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";

bool ends_cleanly(Server& server, RawClient& client) {
  return server.pump([&] { return client.is_over() || client.ended(); }) && !client.was_reset();
}

TEST(HalfClose, EveryKindOfRequestIsAnswered) {
  const std::string plain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
  const std::vector<std::pair<std::string, std::string>> exchanges = {
      {kGet, "GET /1 "},
      {"HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"GET /1 HTTP/1.0\r\n\r\n", "GET /1 "},
      {"GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /1 "},
      {"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "POST /1 abc"},
      {"POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       "POST /1 abc"}};
  for (const bool answered_later : {false, true}) {
    for (const auto& [request, body] : exchanges) {
      Server server;
      bool asked = false;
      const auto answer = [body = body](Connection& connection, const HttpRequest& of) {
        connection.respond({.status = 200,
                            .content_type = "text/plain",
                            .body = of.method + " " + of.target + " " + of.body});
      };
      HttpRequest kept;
      server.on_request_do = [&](Connection& connection, HttpRequest& of) {
        asked = true;
        answered_later ? static_cast<void>(kept = of) : answer(connection, of);
      };
      RawClient client(server.port());
      client.send_and_end(request);
      ASSERT_TRUE(server.pump([&] { return asked; })) << request;
      if (answered_later) {
        server.settle();
        ASSERT_EQ(server.connections.size(), 1u) << request << server.log;
        answer(server.connection(), kept);
      }
      ASSERT_TRUE(ends_cleanly(server, client)) << request;
      EXPECT_EQ(client.input().substr(0, 15), "HTTP/1.1 200 OK") << request;
      EXPECT_TRUE(client.input().ends_with("\r\n\r\n" + body)) << client.input();
      EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
    }
  }
}

TEST(HalfClose, PipelinedRequestsAreAnsweredToTheLast) {
  Server server;
  std::string waiting;
  server.on_request_do = [&](Connection&, HttpRequest& request) { waiting = request.target; };
  RawClient client(server.port());
  client.send_and_end(kGet +
                      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const std::string target : {"/1", "/2", "/3"}) {
    ASSERT_TRUE(server.pump([&] { return waiting == target; })) << server.log;
    server.settle();
    server.connection().respond({.status = 204});
  }
  ASSERT_TRUE(ends_cleanly(server, client));
  EXPECT_EQ(without_date(client.input()),
            "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(server.log.ends_with("closed by peer")) << server.log;
}

// More than the server keeps unparsed: the FIN is seen long before the last request is read.
TEST(HalfClose, ManyPipelinedRequestsAreAnsweredToTheLast) {
  Server server;
  int waiting = 0;
  server.on_request_do = [&](Connection&, HttpRequest&) { ++waiting; };
  RawClient client(server.port());
  const std::string one =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'x');
  std::string requests;
  constexpr int kCount = 8;
  for (int count = 0; count < kCount; ++count) requests += one;
  ASSERT_EQ(client.send(requests), requests.size());
  client.end_sending();
  for (int count = 1; count <= kCount; ++count) {
    ASSERT_TRUE(server.pump([&] { return waiting == count; })) << count;
    server.settle();
    server.connection().respond({.status = 204});
  }
  EXPECT_TRUE(ends_cleanly(server, client));
}

TEST(HalfClose, ALongAnswerReachesItsSlowReader) {
  for (const bool closing_already : {false, true}) {
    Server server;
    server.on_request_do = [](Connection&, HttpRequest&) {};
    RawClient client(server.port(), 4096);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " +
                std::string(closing_already ? "close" : "keep-alive") + "\r\n\r\n");
    if (!closing_already) client.end_sending();
    ASSERT_TRUE(server.pump_until_log("request GET /"));
    server.settle();
    HttpResponse response;
    response.body.assign(5'000'000, 'x');
    server.connection().respond(response);
    server.settle();
    // The server has begun to close here, with most of its response unsent.
    if (closing_already) client.end_sending();
    ASSERT_TRUE(ends_cleanly(server, client));
    EXPECT_GT(client.input().size(), 5'000'000u);
  }
}

TEST(HalfClose, AStreamGoesOn) {
  for (const bool pipelined : {false, true}) {
    Server server;
    server.on_request_do = [](Connection& connection, HttpRequest&) {
      connection.start_stream({.status = 200});
    };
    RawClient client(server.port());
    client.send_and_end(pipelined ? kGet + kGet : kGet);
    ASSERT_TRUE(server.pump([&] { return !client.input().empty(); }));
    server.settle();
    ASSERT_EQ(server.connections.size(), 1u) << server.log;
    server.connection().send(SharedBytes(std::string("first")));
    ASSERT_TRUE(server.pump([&] { return client.input().ends_with("5\r\nfirst\r\n"); }));
    server.on_request_do = nullptr;
    server.connection().end_stream();
    ASSERT_TRUE(ends_cleanly(server, client));
    EXPECT_TRUE(client.input().ends_with(pipelined ? "GET /1 " : "0\r\n\r\n")) << client.input();
    EXPECT_EQ(server.log.find("half-closed") == std::string::npos, pipelined) << server.log;
  }
}

// The loop must not spin on it either.
TEST(HalfClose, AWaitingConnectionCostsNoTurns) {
  for (const bool urgent : {false, true}) {
    Server server;
    server.on_request_do = [](Connection&, HttpRequest&) {};
    RawClient client(server.port());
    client.send(kGet);
    if (urgent) ::send(client.fd(), "!", 1, MSG_OOB);
    client.end_sending();
    ASSERT_TRUE(server.pump_until_log("request GET /1"));
    server.settle();
    bool later = false;
    server.loop.start_timer(300, [&] { later = true; });
    const std::uint64_t before = server.turns;
    ASSERT_TRUE(server.pump([&] { return later; }));
    EXPECT_LT(server.turns - before, 100u);
    server.connection().respond({.status = 204});
    EXPECT_TRUE(ends_cleanly(server, client));
  }
}

TEST(HalfClose, ALeaverIsNoticedWhenItIsWrittenTo) {
  for (const bool streaming : {false, true}) {
    Server server;
    server.on_request_do = [&](Connection& connection, HttpRequest&) {
      if (streaming) connection.start_stream({.status = 200});
    };
    RawClient client(server.port());
    client.send(kGet);
    ASSERT_TRUE(
        server.pump([&] { return streaming ? !client.input().empty() : !server.log.empty(); }));
    client.close();
    if (streaming) {
      ASSERT_TRUE(server.pump_until_log("request GET /1; half-closed"));
      server.connection().send(SharedBytes(std::string("anything")));
    } else {
      server.settle();
      server.connection().respond({.status = 204});
    }
    // Without another write.
    EXPECT_TRUE(server.pump([&] { return server.connections.empty(); })) << server.log;
    EXPECT_TRUE(server.log.ends_with("closed by peer")) << server.log;
  }
}

TEST(HalfClose, ARequestThatIsCutOffIsABadOne) {
  for (const std::string part :
       {"G", "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    Server server;
    RawClient client(server.port());
    client.send_and_end(part);
    ASSERT_TRUE(ends_cleanly(server, client)) << part;
    EXPECT_EQ(client.input().substr(0, 12), "HTTP/1.1 400") << part;
    EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
    EXPECT_TRUE(server.log.ends_with("bad bad_request; closed by peer")) << part << server.log;
  }
}

// Some clients send an empty line after a body.
TEST(HalfClose, BlankLinesAreNoRequest) {
  for (const std::string& before : {std::string(), kGet}) {
    Server server;
    RawClient client(server.port());
    client.send_and_end(before + "\r\n");
    ASSERT_TRUE(ends_cleanly(server, client));
    EXPECT_EQ(client.input().find("400"), std::string::npos) << client.input();
    EXPECT_EQ(client.input().empty(), before.empty());
  }
}

TEST(HalfClose, AWebSocketEndsBehindWhatIsQueued) {
  for (const bool accepted_later : {false, true}) {
    Server server;
    std::optional<HttpRequest> upgrade;
    if (accepted_later) {
      server.on_request_do = [&](Connection&, HttpRequest& request) { upgrade = request; };
    }
    RawClient client(server.port());
    client.send_and_end(upgrade_text() + text("hello"));
    if (accepted_later) {
      ASSERT_TRUE(server.pump([&] { return upgrade.has_value(); }));
      server.settle();
      server.connection().accept_websocket(*upgrade, {});
    }
    ASSERT_TRUE(ends_cleanly(server, client));
    EXPECT_EQ(client.input(), upgrade_answer_text() + "\x81\x05hello");
    EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
    EXPECT_EQ(server.log, "request GET /v1/ws; message hello; closed by peer");
  }
}

}  // namespace
}  // namespace courtside
