// Goal: a stream sends its position at its beginning and at every heartbeat, so that a client that
// never received an event resumes without loss, duplicates or a false gap.
#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What a reader of either kind of stream received: type, position and the event's data.
struct Heard {
  std::string type;
  std::string position;
  Json data;
};

// Both kinds of stream behind one interface.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Heard next() = 0;
  // The next message that is not a position.
  Heard next_event() {
    while (true) {
      Heard heard = next();
      if (heard.type != "courtside.progress") return heard;
    }
  }
};

class SseReader : public Reader {
 public:
  SseReader(std::uint16_t port, const std::string& query, const std::string& last_event_id)
      : sse_(port, "/v1/events?" + query, last_event_id) {}
  Heard next() override {
    const SseClient::Event event = sse_.next();
    const Json data = Json::parse(event.data);
    const bool is_of_the_log = data.has("specversion");
    return {event.type, event.id, is_of_the_log ? data["data"] : data};
  }

 private:
  SseClient sse_;
};

class CloudEventsReader : public Reader {
 public:
  CloudEventsReader(std::uint16_t port, const std::string& query)
      : ws_(port, {.path = "/v1/ws?" + query, .subprotocols = {"cloudevents.json"}}) {
    if (!ws_.upgraded()) give_up(ws_.handshake().body);
  }
  Heard next() override {
    while (true) {
      const Incoming message = ws_.receive();
      if (message.kind == Incoming::Kind::kPing) continue;
      if (message.kind != Incoming::Kind::kText) throw Disconnected("the stream ended");
      const Json event = Json::parse(message.payload);
      const Json data = event["data"];
      // An event of the log has its position in `sequence`; the server's own events have it in
      // their data.
      std::string position = event.has("sequence") ? event["sequence"].text() : "";
      if (event["type"].text() == "courtside.progress") position = data["position"].text();
      if (event["type"].text() == "courtside.gap") position = data["to"].text();
      return {event["type"].text(), position, data};
    }
  }

 private:
  WsClient ws_;
};

enum class Kind { kHeader, kLastEventId, kAfter, kCloudEvents };

struct StreamBeginning : ServerTest, testing::WithParamInterface<Kind> {
  explicit StreamBeginning(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  // Opens a stream that resumes from `position`, or begins now when it is empty.
  std::unique_ptr<Reader> open(const std::string& position = "", const std::string& query = "") {
    const std::string text = query.empty() ? "channel=thing:t_1" : query;
    const std::string at = position.empty() ? "" : percent_encoded(position);
    switch (GetParam()) {
      case Kind::kHeader: return std::make_unique<SseReader>(port(), text, position);
      case Kind::kLastEventId:
        return std::make_unique<SseReader>(port(), at.empty() ? text : text + "&lastEventId=" + at,
                                           "");
      case Kind::kAfter:
        return std::make_unique<SseReader>(port(), at.empty() ? text : text + "&after=" + at, "");
      case Kind::kCloudEvents:
        return std::make_unique<CloudEventsReader>(port(),
                                                   at.empty() ? text : text + "&after=" + at);
    }
    return nullptr;
  }
};

std::string name_of(const testing::TestParamInfo<Kind>& kind) {
  switch (kind.param) {
    case Kind::kHeader: return "Header";
    case Kind::kLastEventId: return "LastEventId";
    case Kind::kAfter: return "After";
    case Kind::kCloudEvents: return "CloudEvents";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(EveryKind, StreamBeginning,
                         testing::Values(Kind::kHeader, Kind::kLastEventId, Kind::kAfter,
                                         Kind::kCloudEvents),
                         name_of);

TEST_P(StreamBeginning, IsWhereTheReaderStands) {
  const std::string first = append_one(http, {.id = "1"});
  const std::string second = append_one(http, {.id = "2"});
  const auto now = open();
  const Heard beginning = now->next();
  EXPECT_EQ(beginning.type, "courtside.progress");
  EXPECT_EQ(beginning.position, second);
  EXPECT_EQ(beginning.data["position"].text(), second);
  EXPECT_FALSE(beginning.data["live"].boolean());
  EXPECT_EQ(beginning.data["heartbeat"].number(), 15'000);
  const Heard live = now->next();
  EXPECT_EQ(live.position, second);
  EXPECT_TRUE(live.data["live"].boolean());

  const auto resumed = open(first);
  EXPECT_EQ(resumed->next().position, first);
  EXPECT_EQ(resumed->next().type, "test.happened");
  EXPECT_EQ(resumed->next().position, second) << "caught up";
}

// Story: a stream had no position before its first event. When the server restarted, a client that
// waited for one began from now again, and lost the events in between without a gap.
TEST_P(StreamBeginning, OfAReaderThatNeverHadAnEventIsKeptAcrossARestart) {
  for (const bool is_killed : {false, true}) {
    const std::string position = open()->next().position;
    if (is_killed) {
      server.kill();
    } else {
      EXPECT_EQ(stop_server(), 0);
    }
    server.start();
    const std::string id = is_killed ? "killed" : "stopped";
    append_one(http, {.id = id, .data = json_string(id)});
    const auto resumed = open(position);
    EXPECT_EQ(resumed->next_event().data.text(), id);
    append_one(http, {.id = id + "-live", .data = json_string(id + "-live")});
    EXPECT_EQ(resumed->next_event().data.text(), id + "-live") << "once, and without a gap";
  }
}

TEST_P(StreamBeginning, OfAForeignPositionIsBehindTheGap) {
  const auto reader = open("zzzz:3");
  const Heard gap = reader->next();
  EXPECT_THAT(gap.type, HasSubstr("gap"));
  EXPECT_EQ(gap.data["from"].text(), "zzzz:3");
  const Heard beginning = reader->next();
  EXPECT_EQ(beginning.type, "courtside.progress");
  EXPECT_EQ(beginning.position, gap.position);
  append_one(http, {.id = "1", .data = "1"});
  EXPECT_EQ(open(beginning.position)->next_event().data.number(), 1);
}

// A reconnect repeats the URL's `since` along with a position: `since` must not cut off anything
// then.
TEST_P(StreamBeginning, ByTimeDoesNotHoldForAReaderThatResumes) {
  const std::string position = append_one(http, {.id = "1"});
  append_one(http, {.id = "2", .data = "2"});
  const auto resumed = open(position, "channel=thing:t_1&since=2999-01-01T00:00:00Z");
  EXPECT_EQ(resumed->next_event().data.number(), 2);
}

// Story: a reader of the last 90 seconds met a restored log and received the whole log.
TEST_P(StreamBeginning, IsByTimeWhereThePositionIsForeign) {
  const std::string first = append_one(http, {.id = "1", .data = "1"});
  append_one(http, {.id = "2", .data = "2"});
  const std::string since = read_log(http).at(1).event["recordedtime"].text();
  const auto reader = open("zzzz:3", "channel=thing:t_1&since=" + since);
  const Heard gap = reader->next();
  EXPECT_THAT(gap.type, HasSubstr("gap"));
  EXPECT_EQ(gap.data["from"].text(), "zzzz:3");
  EXPECT_EQ(gap.data["to"].text(), first);
  EXPECT_EQ(gap.position, first);
  EXPECT_EQ(reader->next().position, first);
  EXPECT_EQ(reader->next_event().data.number(), 2);
}

struct StreamHeartbeat : StreamBeginning {
  StreamHeartbeat() : StreamBeginning({"--heartbeat", "1s"}) {}
};
INSTANTIATE_TEST_SUITE_P(EveryKind, StreamHeartbeat,
                         testing::Values(Kind::kHeader, Kind::kCloudEvents), name_of);

TEST_P(StreamHeartbeat, TellsAPositionThatMovesWithoutAnEvent) {
  const auto reader = open();
  EXPECT_EQ(reader->next().data["heartbeat"].number(), 1000);
  const std::string head = append_one(http, {.id = "1", .subject = "thing:elsewhere"});
  Heard heard = reader->next();
  while (heard.position != head) {
    ASSERT_EQ(heard.type, "courtside.progress");
    heard = reader->next();
  }
  EXPECT_EQ(reader->next().position, head) << "again, although it stands still";
}

TEST_P(StreamHeartbeat, ATimeAheadIsAFilterBehindAForeignPosition) {
  append_one(http, {.id = "1"});
  const auto reader = open("zzzz:3", "channel=thing:t_1&since=2999-01-01T00:00:00Z");
  EXPECT_THAT(reader->next().type, HasSubstr("gap"));
  const std::string head = append_one(http, {.id = "2"});
  Heard heard = reader->next();
  while (heard.position != head) {
    ASSERT_EQ(heard.type, "courtside.progress");
    heard = reader->next();
  }
  EXPECT_EQ(heard.type, "courtside.progress") << "the event itself is before that time";
}

using StreamRequest = ServerTest;

TEST_F(StreamRequest, TellsHowLongToWaitBeforeTheNextSpread) {
  std::set<std::string> waits;
  for (int i = 0; i < 8; ++i) {
    HttpClient client(port());
    client.write({.target = "/v1/events", .headers = {{"Accept", "text/event-stream"}}});
    client.read_stream_head();
    const std::string first = client.read_piece();
    ASSERT_THAT(first, StartsWith("retry: "));
    const std::string retry = first.substr(7, first.find('\n') - 7);
    EXPECT_GE(std::stoi(retry), 1000);
    EXPECT_LT(std::stoi(retry), 5000);
    waits.insert(retry);
  }
  EXPECT_GT(waits.size(), 4u);
}

TEST_F(StreamRequest, TheNewestPositionWins) {
  std::vector<std::string> at;
  for (int i = 1; i <= 4; ++i) at.push_back(append_one(http, {.id = std::to_string(i)}));
  const std::string query =
      "/v1/events?after=" + percent_encoded(at[0]) + "&lastEventId=" + percent_encoded(at[1]);
  EXPECT_EQ(SseClient(port(), query).next().id, at[1]);
  EXPECT_EQ(SseClient(port(), query, at[2]).next().id, at[2]) << "the header";
  EXPECT_EQ(SseClient(port(), "/v1/events?lastEventId=nonsense").head().status, 400);
  EXPECT_EQ(SseClient(port(), "/v1/events?lastEventId=").head().status, 400);
  for (const char* accept : {"application/json", "application/x-ndjson", "text/csv"}) {
    const HttpResponse answer = http.get("/v1/events?lastEventId=" + at[0], accept);
    EXPECT_EQ(answer.status, 400) << accept;
    EXPECT_THAT(answer.body, HasSubstr("`after`"));
  }
}

TEST_F(StreamRequest, NothingMayStoreOrHoldAnAnswer) {
  const std::string position = append_one(http, {.id = "1"});
  const auto header = [&](const std::string& target, const std::string& accept, const char* name) {
    HttpClient client(port());
    client.write({.target = target, .headers = {{"Accept", accept}}});
    return client.read_stream_head().header(name);
  };
  for (const char* accept : {"text/event-stream", "application/x-ndjson", "text/csv"}) {
    EXPECT_EQ(header("/v1/events", accept, "x-accel-buffering"), "no") << accept;
    EXPECT_EQ(header("/v1/events", accept, "cache-control"), "no-store") << accept;
  }
  for (const std::string& target :
       {std::string("/v1/events"), "/v1/events/" + position, std::string("/v1/subjects/thing:t_1"),
        std::string("/v1/subjects/thing:t_1?at=now"), std::string("/v1/subjects/thing:none"),
        std::string("/v1/events?nonsense=1"), std::string("/health")}) {
    EXPECT_EQ(header(target, "application/json", "cache-control"), "no-store") << target;
  }
}

// nginx uses HTTP/1.0 to its upstream unless configured otherwise.
TEST_F(StreamRequest, Http10IsFramedByTheEndOfTheConnection) {
  append_one(http, {.id = "1", .data = "1"});
  const auto ask = [&](const std::string& accept) {
    HttpClient client(port());
    client.write_raw("GET /v1/events HTTP/1.0\r\nHost: a\r\nAccept: " + accept + "\r\n\r\n");
    return client;
  };
  HttpClient file = ask("application/x-ndjson");
  const HttpResponse whole = file.read_response();
  EXPECT_EQ(whole.header("transfer-encoding") + whole.header("content-length"), "");
  EXPECT_EQ(whole.header("connection"), "close");
  EXPECT_EQ(Json::parse(whole.body)["data"].number(), 1);

  HttpClient stream = ask("text/event-stream");
  EXPECT_EQ(stream.read_stream_head().header("transfer-encoding"), "");
  EXPECT_THAT(stream.read_piece(), StartsWith("retry: "));
  EXPECT_EQ(stop_server(), 0);
  std::string rest;
  for (std::string piece; !(piece = stream.read_piece()).empty();) rest += piece;
  EXPECT_THAT(rest, Not(HasSubstr("\r\n0")));
}

// Without a last chunk, only the way the connection ends tells whether the body is complete. The
// kernel ends a killed process's connections with FIN, which nginx passes on as a complete answer.
TEST_F(StreamRequest, Http10EndsWithAResetWhereItIsNotWhole) {
  const std::string data = json_string(std::string(200'000, 'x'));
  for (int i = 0; i < 60; ++i) append_one(http, {.id = std::to_string(i), .data = data});
  for (const bool is_killed : {false, true}) {
    Socket socket = Socket::connect(port(), 64 * 1024);
    socket.write("GET /v1/events HTTP/1.0\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n");
    ASSERT_EQ(socket.fill(Deadline()), Socket::Filled::kBytes);
    if (is_killed) server.kill();
    while (socket.fill(Deadline()) == Socket::Filled::kBytes)
      socket.consume(socket.buffered().size());
    EXPECT_EQ(socket.was_reset(), is_killed);
  }
  server.start();
}

}  // namespace
}  // namespace courtside::e2e
