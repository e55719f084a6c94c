// Goal: GET /v1/events as text/event-stream begins at once, continues live, resumes with
// Last-Event-ID, and reports a gap.
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

struct HttpStream : ServerTest {
  HttpStream() {
    for (int i = 1; i <= 5; ++i) last = append_one(http, {.id = std::to_string(i)});
  }
  std::string position(int offset) {
    return Place::parse(last).epoch + ":" + std::to_string(offset);
  }

  std::string last;
};

TEST_F(HttpStream, BeginsAtOnceAndFromNow) {
  SseClient stream(port(), "/v1/events");
  EXPECT_EQ(stream.head().status, 200);
  EXPECT_EQ(stream.head().header("content-type").substr(0, 17), "text/event-stream");
  EXPECT_EQ(stream.head().header("cache-control"), "no-store");
  EXPECT_EQ(stream.head().header("x-accel-buffering"), "no");  // otherwise nginx buffers the stream
  EXPECT_EQ(stream.next().type, "courtside.progress");  // a first event although nothing happens

  const std::string data = "{\"a\":1,\n \"b\":[\r\n2]}";
  const std::string sixth = append_one(http, {.id = "6", .type = "test.sixth", .data = data});
  const SseClient::Event event = stream.next_event();
  EXPECT_EQ(event.id, sixth);
  EXPECT_EQ(event.type, "test.sixth");
  // Several `data:` fields for several lines: joined they are the same JSON.
  const Json cloudevent = Json::parse(event.data);
  EXPECT_EQ(cloudevent["id"].text(), "6");
  EXPECT_EQ(cloudevent["data"]["b"].at(0).number(), 2);
}

TEST_F(HttpStream, AfterResumesAndLastEventIdWins) {
  SseClient from_start(port(), "/v1/events?after=" + percent_encoded(position(0)));
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(from_start.next_event().id, position(i));

  SseClient resumed(port(), "/v1/events?after=" + percent_encoded(position(0)), position(3));
  EXPECT_EQ(resumed.next_event().id, position(4));
  EXPECT_EQ(resumed.next_event().id, position(5));
  append_one(http, {.id = "6"});
  EXPECT_EQ(resumed.next_event().id, position(6));
}

TEST_F(HttpStream, FiltersAsEverywhere) {
  SseClient stream(
      port(), "/v1/events?channel=thing:t_2&type=test.*&after=" + percent_encoded(position(0)));
  append(http, {{.id = "no", .subject = "thing:t_1"},
                {.id = "neither", .type = "other", .subject = "thing:t_2"},
                {.id = "yes", .subject = "thing:t_2"}});
  EXPECT_EQ(Json::parse(stream.next_event().data)["id"].text(), "yes");
}

TEST_F(HttpStream, GapIsAnEvent) {
  SseClient stream(port(), "/v1/events", "zzzz:3");
  const SseClient::Event gap = stream.next_event();
  EXPECT_EQ(gap.type, "gap");
  const Json told = Json::parse(gap.data);
  EXPECT_EQ(told["reason"].text(), "epoch");
  EXPECT_EQ(told["from"].text(), "zzzz:3");
  EXPECT_EQ(told["to"].text(), position(0));
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(stream.next_event().id, position(i));
}

// Story: it subscribed and sent nothing, forever.
TEST_F(HttpStream, HeadHasNoEventsAndComesToItsEnd) {
  const HttpRequest head = {
      .method = "HEAD", .target = "/v1/events", .headers = {{"Accept", "text/event-stream"}}};
  HttpClient client(port());
  for (int i = 0; i < 2; ++i) {
    const HttpResponse answer = client.send(head);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "text/event-stream");
    EXPECT_EQ(answer.body, "");
  }
  EXPECT_EQ(client.get("/v1/events?limit=1").status, 200);
  EXPECT_EQ(client.connects(), 1) << "it is good for the next request";
  EXPECT_NE(client.get("/metrics").body.find("\ncourtside_subscribers 0\n"), std::string::npos);
}

TEST_F(HttpStream, MalformedPositionsAreABadRequest) {
  SseClient stream(port(), "/v1/events", "nonsense");
  EXPECT_EQ(stream.head().status, 400);
}

TEST_F(HttpStream, ManyStreamsFollowALoadWithoutLoss) {
  constexpr int kStreams = 20;
  constexpr int kEvents = 500;
  Workers readers;
  for (int i = 0; i < kStreams; ++i) {
    readers.add([&] {
      SseClient stream(port(), "/v1/events", position(5));
      for (int offset = 6; offset < 6 + kEvents; ++offset) {
        const std::string id = stream.next_event().id;
        if (id != position(offset)) give_up("expected " + position(offset) + ", got " + id);
      }
    });
  }
  for (int i = 0; i < kEvents; ++i) append_one(http, {.id = "load" + std::to_string(i)});
  EXPECT_NO_THROW(readers.join());
}

}  // namespace
}  // namespace courtside::e2e
