// Goal: HTTP/1.1 works as clients and proxies expect: persistent connections, pipelined requests,
// refused methods and paths with a reason, bounded headers.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using HttpConnection = ServerTest;

TEST_F(HttpConnection, HealthReadyLiveAreJson) {
  for (const char* path : {"/health", "/ready", "/live"}) {
    const HttpResponse answer = http.get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_TRUE(answer.json().is_object());
  }
  EXPECT_EQ(http.connects(), 1);  // all on one connection
}

TEST_F(HttpConnection, MetricsAreInPrometheusText) {
  append_one(http, {.id = "1"});
  const HttpResponse answer = http.get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type").substr(0, 10), "text/plain");
  EXPECT_NE(answer.body.find("# TYPE courtside_"), std::string::npos) << answer.body;
}

TEST_F(HttpConnection, PipelinedRequestsAreAnsweredInOrder) {
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    const std::string event = Draft{.id = std::to_string(i)}.json();
    requests +=
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
        "Content-Length: " +
        std::to_string(event.size()) + "\r\n\r\n" + event +
        "GET /v1/events?limit=1000 HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n";
  }
  http.write_raw(requests);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(http.read_response().json()["results"].at(0)["id"].text(), std::to_string(i));
    EXPECT_GE(http.read_response().json()["events"].size(), static_cast<std::size_t>(i + 1));
  }
}

TEST_F(HttpConnection, HeadIsGetWithoutTheBody) {
  for (const char* path : {"/health", "/v1/events?limit=5"}) {
    HttpRequest request{
        .method = "HEAD", .target = path, .headers = {{"Accept", "application/json"}}};
    const HttpResponse head = http.send(request);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_TRUE(head.body.empty());
    request.method = "GET";
    EXPECT_EQ(head.header("content-type"), http.send(request).header("content-type"));
  }
  EXPECT_EQ(http.connects(), 1);
}

TEST_F(HttpConnection, OtherMethodsAreRefusedWithThoseAllowed) {
  const std::pair<const char*, const char*> wrong[] = {{"DELETE", "/v1/events"},
                                                       {"PUT", "/v1/events"},
                                                       {"POST", "/health"},
                                                       {"POST", "/v1/ws"},
                                                       {"DELETE", "/v1/events/k:1"}};
  for (const auto& [method, path] : wrong) {
    const HttpResponse answer = http.send({.method = method, .target = path});
    EXPECT_EQ(answer.status, 405) << method << " " << path;
    EXPECT_EQ(answer.json()["code"].text(), "method_not_allowed");
    EXPECT_NE(answer.header("allow").find("GET"), std::string::npos) << answer.header("allow");
  }
}

TEST_F(HttpConnection, UnknownPathsAreNotFound) {
  for (const char* path : {"/", "/v1", "/v1/nothing", "/v2/events", "/HEALTH"}) {
    const HttpResponse answer = http.get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.json()["code"].text(), "not_found") << path;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  }
}

TEST_F(HttpConnection, CloseIsHonoured) {
  const HttpResponse answer =
      http.send({.target = "/health", .headers = {{"Connection", "close"}}});
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(http.socket().fill(Deadline()), Socket::Filled::kEnd);

  HttpClient old(port());
  old.write_raw("GET /health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_response().status, 200);
  EXPECT_EQ(old.socket().fill(Deadline()), Socket::Filled::kEnd);
}

TEST_F(HttpConnection, HeadersAreBounded) {
  HttpClient large(port());
  const HttpResponse answer =
      large.send({.target = "/health", .headers = {{"X-Large", std::string(20'000, 'x')}}});
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.json()["code"].text(), "headers_too_large");

  HttpRequest many{.target = "/health"};
  for (int i = 0; i < 100; ++i) many.headers.emplace_back("X-" + std::to_string(i), "x");
  EXPECT_EQ(HttpClient(port()).send(many).status, 431);
}

TEST_F(HttpConnection, WhatIsNoHttpIsABadRequestAndTheEnd) {
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET /health\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    HttpClient broken(port());
    broken.write_raw(bytes);
    EXPECT_EQ(broken.read_response().status, 400) << bytes;
    EXPECT_EQ(broken.socket().fill(Deadline()), Socket::Filled::kEnd) << bytes;
  }
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(HttpConnection, RequestsMayComeByteByByte) {
  for (const char byte : std::string("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")) {
    http.write_raw(std::string(1, byte));
  }
  EXPECT_EQ(http.read_response().status, 200);
}

struct ImpatientHttp : ServerTest {
  ImpatientHttp() : ServerTest({"--limits-handshake", "300ms", "--limits-idle", "300ms"}) {}
};

TEST_F(ImpatientHttp, WhoNeverFinishesARequestIsCutOff) {
  Socket silent = Socket::connect(port());
  Socket slow = Socket::connect(port());
  slow.write("GET /health HTTP/1.1\r\nHo");
  const Deadline deadline;
  EXPECT_EQ(silent.fill(deadline), Socket::Filled::kEnd);
  while (slow.fill(deadline) == Socket::Filled::kBytes) {
  }  // it may answer 408 before
  EXPECT_FALSE(deadline.expired());
}

TEST_F(ImpatientHttp, IdleConnectionsAreClosed) {
  EXPECT_EQ(http.get("/health").status, 200);
  EXPECT_EQ(http.socket().fill(Deadline()), Socket::Filled::kEnd);
}

}  // namespace
}  // namespace courtside::e2e
