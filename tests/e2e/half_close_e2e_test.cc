// Goal: a client that closes its sending side after its request (as Jetty does with `Connection:
// close`) gets the whole answer, in every format; a client that leaves is noticed.
#include <algorithm>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

struct HalfClose : ServerTest {
  HalfClose() {
    for (int i = 1; i <= 5; ++i) append_one(http, {.id = std::to_string(i)});
  }

  // Sends the request and closes the sending side.
  static void ask(HttpClient& client, const HttpRequest& request) {
    client.write(request);
    client.socket().shutdown_write();
  }
  HttpResponse answer_to(const HttpRequest& request) {
    HttpClient client(port());
    ask(client, request);
    const HttpResponse answer = client.read_response(Deadline(), request.method != "HEAD");
    EXPECT_EQ(client.socket().fill(Deadline()), Socket::Filled::kEnd);
    EXPECT_FALSE(client.socket().was_reset());
    return answer;
  }
  double subscribers() { return metric(http, "courtside_subscribers").value_or(-1); }
};

TEST_F(HalfClose, EachOfThirtyPostsIsAnswered) {
  for (int i = 0; i < 30; ++i) {
    const std::string id = "post" + std::to_string(i);
    const HttpResponse answer =
        answer_to({.method = "POST",
                   .target = "/v1/events",
                   .headers = {{"Content-Type", std::string(kOneEvent)}, {"Connection", "close"}},
                   .body = Draft{.id = id}.json()});
    ASSERT_EQ(answer.status, 200) << i;
    EXPECT_EQ(answer.json()["results"].at(0)["id"].text(), id);
  }
}

TEST_F(HalfClose, EachFormOfReadingIsAnswered) {
  EXPECT_EQ(answer_to({.target = "/v1/events?limit=5"}).json()["events"].size(), 5u);
  EXPECT_EQ(answer_to({.method = "HEAD", .target = "/v1/events?limit=5"}).status, 200);
  EXPECT_EQ(answer_to({.target = "/v1/subjects/thing:t_1"}).json()["version"].number(), 5);
  EXPECT_EQ(answer_to({.target = "/v1/subjects/thing:t_1?at=now"}).status, 200);
  EXPECT_EQ(answer_to({.target = "/metrics"}).status, 200);
  for (const char* media : {"application/x-ndjson", "text/csv"}) {
    const HttpResponse file = answer_to({.target = "/v1/events", .headers = {{"Accept", media}}});
    EXPECT_GE(std::count(file.body.begin(), file.body.end(), '\n'), 5) << media;
  }
}

TEST_F(HalfClose, PipelinedRequestsAreAnsweredToTheLast) {
  HttpClient client(port());
  for (int i = 0; i < 5; ++i) {
    client.write({.method = "POST",
                  .target = "/v1/events",
                  .headers = {{"Content-Type", std::string(kOneEvent)}},
                  .body = Draft{.id = "pipelined" + std::to_string(i)}.json()});
    client.write({.target = "/v1/events?limit=1&order=desc"});
  }
  client.socket().shutdown_write();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.read_response().json()["results"].at(0)["id"].text(),
              "pipelined" + std::to_string(i));
    EXPECT_EQ(client.read_response().status, 200);
  }
  EXPECT_EQ(client.socket().fill(Deadline()), Socket::Filled::kEnd);
}

TEST_F(HalfClose, AStreamOfEventsGoesOn) {
  HttpClient client(port());
  ask(client, {.target = "/v1/events", .headers = {{"Accept", "text/event-stream"}}});
  ASSERT_EQ(client.read_stream_head().status, 200);
  for (const char* id : {"live1", "live2"}) {
    append_one(http, {.id = id});
    std::string text;
    while (text.find(id) == std::string::npos) text += client.read_piece();
  }
}

// Browsers leave like this. The place must be free before the next event or keep-alive.
TEST_F(HalfClose, AStreamThatIsClosedIsGoneAtOnce) {
  const double before = subscribers();
  {
    SseClient stream(port(), "/v1/events");
    wait_until("the stream has begun", [&] { return subscribers() == before + 1; });
    while (stream.socket().buffered().find("\n\n") == std::string_view::npos &&
           stream.socket().fill(Deadline(milliseconds(200))) == Socket::Filled::kBytes) {
    }
  }
  wait_until(
      "the stream has ended", [&] { return subscribers() == before; }, seconds(120));
}

TEST_F(HalfClose, AnUpgradeIsAnsweredAndEnds) {
  Socket socket = Socket::connect(port());
  socket.write(
      "GET /v1/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      encode_frame({.payload = R"({"type":"hello"})"}));
  socket.shutdown_write();
  EXPECT_EQ(read_head(socket, Deadline()).status, 101);
  while (socket.fill(Deadline()) == Socket::Filled::kBytes) {
  }
  EXPECT_NE(socket.buffered().find("welcome"), std::string_view::npos);
  EXPECT_FALSE(socket.was_reset());
}

TEST_F(HalfClose, ARequestThatIsCutOffIsToldSo) {
  HttpClient client(port());
  client.write_raw(
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/cloudevents+json\r\n"
      "Content-Length: 10\r\n\r\n{");
  client.socket().shutdown_write();
  const HttpResponse answer = client.read_response();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json()["code"].text(), "bad_request");
  EXPECT_EQ(client.socket().fill(Deadline()), Socket::Filled::kEnd);
}

}  // namespace
}  // namespace courtside::e2e
