// Goal: a connection speaks HTTP/1.1 as clients expect, answers every request, and costs a bounded
// amount whatever the client does.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/transport/loopback.h"
#include "transport/tcp_stream.h"

namespace courtside {
namespace {

using namespace testing_loopback;

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}
bool pump_until_answer(Server& server, RawClient& client, const std::string& text) {
  const bool came = server.pump([&] { return without_date(client.input()) == text; });
  EXPECT_EQ(without_date(client.input()), text);
  return came;
}

TEST(HttpConnection, StaysOpenForTheNextRequest) {
  Server server;
  RawClient client(server.port());
  client.send(get("/1"));
  ASSERT_TRUE(pump_until_answer(server, client, answer("GET /1 ")));
  client.take_input();
  client.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_TRUE(pump_until_answer(server, client, answer("POST /2 abc")));
  EXPECT_EQ(server.connections.size(), 1u);
}

TEST(HttpConnection, PipelinedRequestsAreAnsweredInOrderOneAtATime) {
  Server server;
  std::string waiting;
  server.on_request_do = [&](Connection&, HttpRequest& request) { waiting = request.target; };
  RawClient client(server.port());
  client.send(get("/1") + get("/2"));
  client.send(get("/3"));
  for (const std::string target : {"/1", "/2", "/3"}) {
    ASSERT_TRUE(server.pump([&] { return waiting == target; }));
    server.settle();
    ASSERT_EQ(waiting, target);  // the next one waits
    server.connection().respond({.status = 204});
  }
  ASSERT_TRUE(pump_until_answer(server, client,
                                "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
                                "HTTP/1.1 204 No Content\r\n\r\n"));
}

TEST(HttpConnection, AThousandPipelinedRequestsInOneWrite) {
  Server server;
  RawClient client(server.port());
  std::string requests;
  std::string answers;
  for (int count = 0; count < 1000; ++count) {
    requests += get("/" + std::to_string(count));
    answers += answer("GET /" + std::to_string(count) + " ");
  }
  ASSERT_EQ(client.send(requests), requests.size());
  ASSERT_TRUE(server.pump([&] { return without_date(client.input()).size() >= answers.size(); }));
  EXPECT_EQ(without_date(client.input()), answers);
}

// A client that pipelines without reading is not answered beyond the queue's limit.
TEST(HttpConnection, UnreadAnswersHoldUpTheNextRequest) {
  ConnectionLimits limits;
  limits.queue_bytes_max = 100'000;
  Server server(limits);
  int answered = 0;
  server.on_request_do = [&](Connection& connection, HttpRequest&) {
    ++answered;
    HttpResponse response;
    response.body.assign(50'000, 'x');
    connection.respond(response);
    EXPECT_LE(connection.queued_bytes(), limits.queue_bytes_max + 51'000);
  };
  RawClient client(server.port(), 4096);
  std::string requests;
  for (int count = 0; count < 1000; ++count) requests += get("/");
  ASSERT_EQ(client.send(requests), requests.size());
  ASSERT_TRUE(
      server.pump([&] { return !server.connections.empty() && server.connection().congested(); }));
  server.settle();
  EXPECT_LT(answered, 900);  // 50 MB fit in no kernel buffer
  ASSERT_TRUE(server.pump([&] { return client.input().size() > 50'000'000; }));
  EXPECT_EQ(answered, 1000);
}

TEST(HttpConnection, WhatWaitsBehindAnUnansweredRequestIsBounded) {
  Server server;
  server.on_request_do = [](Connection&, HttpRequest&) {};
  RawClient client(server.port());
  client.send(get("/"));
  ASSERT_TRUE(server.pump_until_log("request GET /"));
  const std::string more(1 << 20, 'x');
  // The kernel's buffers fill up because the server stops reading.
  std::size_t sent = 0;
  int refused = 0;  // in a row
  ASSERT_TRUE(server.pump([&] {
    const std::size_t count = client.send(more);
    sent += count;
    refused = count == 0 ? refused + 1 : 0;
    return refused == 5;
  }));
  EXPECT_GT(sent, TcpStream::kKeptBytesMax);
  // The client's end is still detected.
  client.reset();
  EXPECT_TRUE(server.pump_until_log("request GET /; closed by peer")) << server.log;
}

TEST(HttpConnection, HeadIsAnsweredWithoutTheBody) {
  Server server;
  RawClient client(server.port());
  client.send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(pump_until_answer(
      server, client, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n"));
}

TEST(HttpConnection, CloseIsHonoured) {
  Server server;
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get("/never"));
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(without_date(client.input()),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n"
            "Connection: close\r\n\r\nGET / ");
  client.close();
  ASSERT_TRUE(server.pump_until_log("request GET /; closed by us"));
}

TEST(HttpConnection, AnOldClientIsToldWhenTheConnectionStays) {
  Server server;
  RawClient client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(pump_until_answer(server, client,
                                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                "Content-Length: 6\r\nConnection: keep-alive\r\n\r\nGET / "));
}

TEST(HttpConnection, AClientThatWaitsForContinueGetsIt) {
  Server server;
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(server.pump_until_input(client, "HTTP/1.1 100 Continue\r\n\r\n"));
  client.take_input();
  client.send("abc");
  ASSERT_TRUE(pump_until_answer(server, client, answer("POST / abc")));
}

TEST(HttpConnection, AHeaderValueCannotBecomeAHeader) {
  Server server;
  server.on_request_do = [](Connection& connection, HttpRequest&) {
    connection.respond({.status = 200, .headers = {{"X", "a\r\nY: b"}}});
  };
  RawClient client(server.port());
  client.send(get("/"));
  ASSERT_TRUE(pump_until_answer(server, client,
                                "HTTP/1.1 200 OK\r\nX: a  Y: b\r\nContent-Length: 0\r\n\r\n"));
}

// Streams.

void start_stream(Connection& connection, HttpRequest&) {
  connection.start_stream({.status = 200, .content_type = "text/event-stream"});
  connection.send(SharedBytes(std::string("first")));
}

TEST(HttpConnection, AStreamIsChunkedAndLeavesTheConnectionUsable) {
  Server server;
  server.on_request_do = start_stream;
  RawClient client(server.port());
  client.send(get("/1") + get("/2"));
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_TRUE(pump_until_answer(server, client, head + "5\r\nfirst\r\n"));
  server.connection().send(SharedBytes());  // must not end the stream
  server.connection().send_paced(SharedBytes(std::string(18, 'x')));
  server.on_request_do = nullptr;
  server.connection().end_stream();
  ASSERT_TRUE(pump_until_answer(
      server, client,
      head + "5\r\nfirst\r\n12\r\n" + std::string(18, 'x') + "\r\n0\r\n\r\n" + answer("GET /2 ")));
}

TEST(HttpConnection, AStreamToAnOldClientEndsWithTheConnection) {
  Server server;
  server.on_request_do = start_stream;
  RawClient client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(pump_until_answer(
      server, client,
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nfirst"));
  server.connection().end_stream();
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
}

TEST(HttpConnection, ALeaverIsNoticedDuringAStreamAndDuringARequest) {
  for (const bool streaming : {true, false}) {
    Server server;
    server.on_request_do = [&](Connection& connection, HttpRequest& request) {
      if (streaming) start_stream(connection, request);
    };
    RawClient client(server.port());
    client.send(get("/"));
    ASSERT_TRUE(server.pump_until_log("request GET /"));
    server.settle();
    client.reset();
    EXPECT_TRUE(server.pump_until_log("request GET /; closed by peer")) << server.log;
  }
}

TEST(HttpConnection, WhoEndsAfterTheQuestionStillGetsAnAnswerThatWasGivenAtOnce) {
  Server server;
  server.on_request_do = [](Connection& connection, HttpRequest&) {
    HttpResponse response;
    response.body.assign(5'000'000, 'x');
    connection.respond(response);
  };
  RawClient client(server.port(), 4096);
  client.send(get("/"));
  client.end_sending();
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_GT(client.input().size(), 5'000'000u);
  ASSERT_TRUE(server.pump_until_log("request GET /; closed by peer")) << server.log;
}

// Bad clients.

TEST(HttpConnection, ABadRequestIsAnsweredAndClosed) {
  Server server;
  RawClient client(server.port());
  client.send("nonsense\r\n\r\n");
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(without_date(client.input()),
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
  client.close();
  EXPECT_TRUE(server.pump_until_log("bad bad_request; closed violation")) << server.log;
}

// Closing with unread input would reset the connection, and the client would lose the response.
TEST(HttpConnection, AnUploaderHearsThatItIsTooMuch) {
  Server server;
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  const std::string more(1 << 20, 'x');
  int megabytes = 0;
  ASSERT_TRUE(server.pump([&] {
    if (client.send(more) > 0) ++megabytes;
    return client.ended() || client.was_reset();
  }));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(client.input().substr(0, 12), "HTTP/1.1 413");
  client.close();
  EXPECT_TRUE(server.pump_until_log("bad payload_too_large; closed violation")) << server.log;
}

// Bodies that nobody asked for.

void refuse(Connection& connection, HttpRequest&) { connection.respond({.status = 401}); }

TEST(HttpConnection, AShortBodyThatIsNotReadIsSkipped) {
  Server server;
  server.reads_bodies = false;
  server.on_request_do = refuse;
  RawClient client(server.port());
  client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");
  ASSERT_TRUE(
      pump_until_answer(server, client, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
  client.take_input();
  server.on_request_do = nullptr;
  client.send("de" + get("/2"));
  ASSERT_TRUE(pump_until_answer(server, client, answer("GET /2 ")));
  EXPECT_EQ(server.log, "request POST /1; request GET /2");
}

TEST(HttpConnection, ALongBodyThatIsNotReadEndsTheConnectionBehindTheAnswer) {
  for (const char* length : {"Content-Length: 4000000", "Transfer-Encoding: chunked"}) {
    Server server;
    server.reads_bodies = false;
    server.on_request_do = refuse;
    RawClient client(server.port());
    client.send("POST /1 HTTP/1.1\r\nHost: a\r\n" + std::string(length) + "\r\n\r\n");
    const std::string part(100'000, 'x');
    std::size_t sent = 0;
    ASSERT_TRUE(server.pump([&] {
      if (sent < 4'000'000) sent += client.send(part);
      return client.ended() || client.was_reset();
    })) << length;
    EXPECT_FALSE(client.was_reset()) << "it could lose the answer";
    EXPECT_EQ(without_date(client.input()),
              "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    client.close();
    EXPECT_TRUE(server.pump_until_log("request POST /1; closed by us")) << server.log;
  }
}

TEST(HttpConnection, WhoIsRefusedIsNotAskedForTheBody) {
  Server server;
  server.reads_bodies = false;
  server.on_request_do = refuse;
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(without_date(client.input()),
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(HttpConnection, ABodyWaitsUntilItIsAskedFor) {
  Server server;
  server.reads_bodies = false;
  std::string method;
  server.on_request_do = [&](Connection&, HttpRequest& request) { method = request.method; };
  RawClient client(server.port());
  client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/2"));
  ASSERT_TRUE(server.pump([&] { return method == "POST"; }));
  server.settle();
  server.on_request_do = nullptr;
  HttpRequest& waiting = server.waiting_for_body[server.connection().id()];
  waiting.method = "POST";
  waiting.target = "/1";
  server.connection().read_body();
  ASSERT_TRUE(pump_until_answer(server, client, answer("POST /1 abc") + answer("GET /2 ")));
}

// It takes what the client sent anyway, but not for ever.
TEST(HttpConnection, WhoSendsWithoutEndAfterTheAnswerIsReset) {
  ConnectionLimits limits;
  limits.close_timeout_ms = 1'000'000;
  Server server(limits);
  server.reads_bodies = false;
  server.on_request_do = refuse;
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string part(1 << 20, 'x');
  std::size_t sent = 0;
  ASSERT_TRUE(server.pump([&] {
    sent += client.send(part);
    return !server.log.empty() && server.connections.empty();
  }));
  EXPECT_GT(sent, TcpStream::kDiscardedBytesMax);
}

ConnectionLimits impatient() {
  ConnectionLimits limits;
  limits.header_timeout_ms = 60;
  limits.receive_timeout_ms = 60;
  limits.keep_alive_timeout_ms = 60;
  limits.close_timeout_ms = 60;
  return limits;
}

TEST(HttpConnection, ASlowRequestIsToldSoAndClosed) {
  ConnectionLimits limits = impatient();
  limits.http.header_bytes_max = 16 << 20;  // the time must run out first, even on a fast machine
  Server server(limits);
  RawClient client(server.port());
  const std::string request = "GET / HTTP/1.1\r\nHost: " + std::string(10'000'000, 'a');
  std::size_t sent = 0;
  // A byte per turn does not keep a connection alive.
  ASSERT_TRUE(server.pump([&] {
    sent += client.send(request.substr(sent, 1));
    return client.ended();
  }));
  EXPECT_EQ(client.input().substr(0, 12), "HTTP/1.1 408");
  EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
  EXPECT_EQ(server.log, "bad timeout; closed timeout");
}

// Story: a byte just before the end of the time began it anew.
TEST(HttpConnection, TheTimeForTheFirstRequestBeginsWhenTheClientConnects) {
  ConnectionLimits limits = impatient();
  limits.header_timeout_ms = 400;
  Server server(limits);
  RawClient client(server.port());
  bool well_before = false;
  bool late = false;
  server.on_adopted = [&](Connection&) {
    server.loop.start_timer(200, [&] { well_before = true; });
    server.loop.start_timer(500, [&] { late = true; });
  };
  ASSERT_TRUE(server.pump([&] { return well_before; }));
  client.send("G");
  ASSERT_TRUE(server.pump([&] { return late; }));
  EXPECT_TRUE(server.log.starts_with("bad timeout")) << server.log;
}

TEST(HttpConnection, ASlowBodyHasATimeOfItsOwn) {
  ConnectionLimits limits = impatient();
  limits.receive_timeout_ms = 400;
  Server server(limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  bool well_before = false;
  server.loop.start_timer(200, [&] { well_before = true; });
  ASSERT_TRUE(server.pump([&] { return well_before; }));
  EXPECT_EQ(server.log, "request POST /");
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
  EXPECT_EQ(client.input().substr(0, 12), "HTTP/1.1 408");
  EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
  EXPECT_EQ(server.log, "request POST /; bad timeout; closed timeout");
}

TEST(HttpConnection, ASilentOneIsClosedWithoutAWord) {
  for (const bool after_a_request : {false, true}) {
    Server server(impatient());
    RawClient client(server.port());
    if (after_a_request) {
      client.send(get("/"));
      ASSERT_TRUE(pump_until_answer(server, client, answer("GET / ")));
      client.take_input();
    }
    ASSERT_TRUE(server.pump([&] { return client.ended(); }));
    EXPECT_EQ(client.input(), "");
    EXPECT_TRUE(server.pump([&] { return server.connections.empty(); }));
    EXPECT_TRUE(server.log.ends_with("closed timeout")) << server.log;
  }
}

// The timer armed at accept fires long before: it must check the current deadline.
TEST(HttpConnection, BetweenRequestsTheLongerTimeHolds) {
  ConnectionLimits limits = impatient();
  limits.keep_alive_timeout_ms = 400;
  Server server(limits);
  RawClient client(server.port());
  client.send(get("/"));
  ASSERT_TRUE(pump_until_answer(server, client, answer("GET / ")));
  bool well_before = false;
  server.loop.start_timer(200, [&] { well_before = true; });
  ASSERT_TRUE(server.pump([&] { return well_before; }));
  EXPECT_EQ(server.connections.size(), 1u);
  ASSERT_TRUE(server.pump([&] { return client.ended(); }));
}

// A client that keeps taking a long response stays connected, however long it takes: neither the
// keep-alive timeout nor the close timeout cuts it off.
TEST(HttpConnection, ASlowReaderGetsTheWholeOfALongAnswer) {
  constexpr std::size_t kBodyBytes = 150'000;
  for (const char* how : {"keep-alive", "close"}) {
    Server server(impatient());
    server.on_request_do = [](Connection& connection, HttpRequest&) {
      HttpResponse response;
      response.body.assign(kBodyBytes, 'x');
      connection.respond(response);
    };
    RawClient client(server.port(), 4096);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + std::string(how) + "\r\n\r\n");
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    auto last = begin;
    server.pump([&] {
      if (Clock::now() - last < std::chrono::milliseconds(10)) return client.is_over();
      last = Clock::now();
      client.read_some(4000);
      return client.is_over() || client.read_so_far().size() > kBodyBytes;
    });
    EXPECT_GT(client.read_so_far().size(), kBodyBytes) << how;
    EXPECT_GT(Clock::now() - begin, std::chrono::milliseconds(500)) << "it was not slow";
  }
}

TEST(HttpConnection, WhoTakesNothingOfALongAnswerIsCutOff) {
  for (const char* how : {"keep-alive", "close"}) {
    Server server(impatient());
    server.on_request_do = [](Connection& connection, HttpRequest&) {
      HttpResponse response;
      response.body.assign(20'000'000, 'x');
      connection.respond(response);
    };
    RawClient client(server.port(), 4096);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + std::string(how) + "\r\n\r\n");
    ASSERT_TRUE(server.pump_until_log("request GET /"));
    EXPECT_TRUE(server.pump([&] { return server.connections.empty(); })) << how;
    EXPECT_TRUE(server.pump([&] { return client.was_reset(); })) << how;
  }
}

// Story: a client that took a byte of a long response now and then held its connection forever.
TEST(HttpConnection, WhoTakesTooLittleOfALongAnswerIsCutOff) {
  constexpr std::size_t kBodyBytes = 20'000'000;
  for (const char* how : {"keep-alive", "close"}) {
    // At most 4 MB/s, of which the kernel accepts some within each timeout, is too slow here.
    ConnectionLimits limits;
    limits.keep_alive_timeout_ms = 2'000;
    limits.close_timeout_ms = 2'000;
    limits.slow_bytes_per_second = 1'000'000'000;
    Server server(limits);
    server.on_request_do = [](Connection& connection, HttpRequest&) {
      HttpResponse response;
      response.body.assign(kBodyBytes, 'x');
      connection.respond(response);
    };
    RawClient client(server.port(), 256 * 1024);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + std::string(how) + "\r\n\r\n");
    ASSERT_TRUE(server.pump_until_log("request GET /"));
    using Clock = std::chrono::steady_clock;
    auto last = Clock::now();
    EXPECT_TRUE(server.pump([&] {
      if (Clock::now() - last > std::chrono::milliseconds(10)) {
        last = Clock::now();
        client.read_some(40'000);
      }
      return server.connections.empty();
    })) << how;
    EXPECT_LT(client.read_so_far().size(), kBodyBytes) << how;
  }
}

// The server's own slowness does not count against the client.
TEST(HttpConnection, AnAnswerMayTakeLongerThanTheClientsTime) {
  Server server(impatient());
  server.on_request_do = [](Connection&, HttpRequest&) {};
  RawClient client(server.port());
  client.send(get("/"));
  ASSERT_TRUE(server.pump_until_log("request GET /"));
  bool long_after = false;
  server.loop.start_timer(200, [&] { long_after = true; });
  ASSERT_TRUE(server.pump([&] { return long_after; }));
  EXPECT_EQ(server.log, "request GET /");
}

TEST(HttpConnection, CloseCallsMayComeFromAnyCallback) {
  for (const bool at_once : {true, false}) {
    Server server(impatient());
    server.on_request_do = [&](Connection& connection, HttpRequest&) {
      at_once ? connection.abort() : connection.close_after_flush();
      connection.respond({});  // ignored from here on
      connection.send(SharedBytes(std::string("x")));
      connection.abort();
    };
    RawClient client(server.port());
    client.send(get("/1") + get("/2"));
    EXPECT_TRUE(server.pump_until_log("request GET /1; closed by us")) << server.log;
    EXPECT_EQ(client.input(), "");
  }
}

}  // namespace
}  // namespace courtside
