// Goal: a client that reads nothing, or sends single bytes, is found dead in every kind of stream;
// a client that only listens is not.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

struct LivenessOfStreams : ServerTest {
  LivenessOfStreams() : ServerTest({"--heartbeat", "1s"}) {}

  void wait_for_subscribers(double count) {
    wait_until("there are " + std::to_string(count) + " subscribers",
               [&] { return metric(http, "courtside_subscribers") == count; });
  }
  // More than all buffers on the way can hold.
  void append_eight_megabytes() {
    const std::string data = json_string(std::string(200'000, 'x'));
    for (int i = 0; i < 40; ++i) append_one(http, {.id = std::to_string(i), .data = data});
  }
};

TEST_F(LivenessOfStreams, AReaderOfServerSentEventsThatReadsNothingIsDropped) {
  Socket deaf = Socket::connect(port(), 4096);
  deaf.write("GET /v1/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
  wait_for_subscribers(1);
  append_eight_megabytes();
  wait_for_subscribers(0);
}

TEST_F(LivenessOfStreams, AReaderOfServerSentEventsThatOnlyListensStays) {
  SseClient quiet(port(), "/v1/events");
  // Something arrives at each heartbeat, so this takes longer than two heartbeats.
  for (int i = 0; i < 5; ++i) quiet.next();
  const std::string position = append_one(http, {.id = "1"});
  EXPECT_EQ(quiet.next_event().id, position);
}

TEST_F(LivenessOfStreams, AReaderOfCloudEventsThatAnswersNoPingIsClosed) {
  WsClient mute(port(), {.subprotocols = {"cloudevents.json"}, .answers_pings = false});
  ASSERT_TRUE(mute.upgraded());
  const Deadline deadline;
  Incoming incoming;
  do {
    incoming = mute.receive(deadline);
  } while (incoming.kind == Incoming::Kind::kPing || incoming.kind == Incoming::Kind::kText);
  EXPECT_EQ(incoming.close_code, 4408);
}

TEST_F(LivenessOfStreams, AReaderOfCloudEventsThatReadsNothingIsDropped) {
  WsClient deaf(port(), {.path = "/v1/ws?channel=*",
                         .subprotocols = {"cloudevents.json"},
                         .receive_buffer_bytes = 4096});
  ASSERT_TRUE(deaf.upgraded());
  wait_for_subscribers(1);
  append_eight_megabytes();
  wait_for_subscribers(0);
}

TEST_F(LivenessOfStreams, AReaderOfCloudEventsThatAnswersPingsStays) {
  WsClient quiet(port(), {.subprotocols = {"cloudevents.json"}});
  for (int pings = 0; pings < 5;) {
    const Incoming incoming = quiet.receive();
    ASSERT_NE(incoming.kind, Incoming::Kind::kClose) << incoming.payload;
    pings += incoming.kind == Incoming::Kind::kPing ? 1 : 0;
  }
  append_one(http, {.id = "heard"});
  Incoming incoming;
  do {
    incoming = quiet.receive();
    ASSERT_NE(incoming.kind, Incoming::Kind::kClose) << incoming.payload;
  } while (incoming.payload.find("\"heard\"") == std::string::npos);
}

TEST_F(LivenessOfStreams, WhoSendsAFrameByteByByteIsClosed) {
  WsClient trickling(port(), {.answers_pings = false});
  trickling.send_text(R"({"type":"hello"})");
  const std::string frame =
      encode_frame({.payload = R"({"type":"ping","pad":")" + std::string(30'000, 'x') + "\"}"});
  Incoming incoming;
  const Deadline deadline;
  for (std::size_t sent = 0; incoming.close_code == 0 && !deadline.expired(); ++sent) {
    trickling.socket().write(frame.substr(sent, 1));
    incoming = trickling.receive(Deadline(milliseconds(20)));
  }
  EXPECT_EQ(incoming.close_code, 4408);
}

TEST_F(LivenessOfStreams, WhoSendsALongMessageSlowlyIsNot) {
  WsClient slow(port(), {.answers_pings = false});
  slow.send_text(R"({"type":"hello"})");
  ASSERT_EQ(slow.receive().kind, Incoming::Kind::kText);
  const std::string frame =
      encode_frame({.payload = R"({"type":"ping","pad":")" + std::string(50'000, 'x') + "\"}"});
  // 26 pieces in 2.6 s, which is more than eight heartbeats.
  bool is_answered = false;
  for (std::size_t sent = 0; sent < frame.size(); sent += 2000) {
    slow.socket().write(frame.substr(sent, 2000));
    const Deadline pause(milliseconds(100));
    while (!pause.expired()) {
      const Incoming incoming = slow.receive(pause);
      ASSERT_NE(incoming.kind, Incoming::Kind::kClose) << incoming.payload;
      is_answered = is_answered || incoming.kind == Incoming::Kind::kText;
    }
  }
  while (!is_answered) {
    const Incoming incoming = slow.receive();
    ASSERT_NE(incoming.kind, Incoming::Kind::kClose) << incoming.payload;
    is_answered = incoming.kind == Incoming::Kind::kText;
  }
}

}  // namespace
}  // namespace courtside::e2e
