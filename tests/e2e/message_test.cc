// Goal: a message that breaks the protocol gets the answer of PROTOCOL.md: an error for a mistake,
// a close for something that is not a message, and never silence.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using Messages = ServerTest;

TEST_F(Messages, UnknownTypeIsAnErrorNotAClose) {
  Session client = session();
  for (const char* message :
       {R"({"type":"levitate","id":3})", R"({"id":3})", R"({"type":17,"id":3})",
        R"({"type":"","id":3})", R"({"type":"welcome","id":3})"}) {
    client.say(message);
    const Json error = client.expect_error("bad_request");
    EXPECT_FALSE(error["retryable"].boolean()) << message;
    EXPECT_FALSE(error["message"].text().empty()) << message;
  }
  client.say(R"({"type":"levitate","id":3})");
  EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 3);
  client.say("{}");
  client.expect_error("bad_request");
  client.subscribe({});
}

TEST_F(Messages, WhatIsNoObjectCloses4400) {
  for (const char* message : {"", "[]", "17", "null", R"("hello")", "nonsense", R"({"type":"ping")",
                              R"({"type":"ping"} x)", R"({'type':'ping'})"}) {
    Session client = session();
    client.say(message);
    EXPECT_EQ(client.read_to_end().code, 4400) << message;
  }
}

TEST_F(Messages, WhatIsNoObjectCloses4400AlsoBeforeHello) {
  Session client = Session::silent(port());
  client.say("nonsense");
  EXPECT_EQ(client.read_to_end().code, 4400);
}

TEST_F(Messages, BinaryOnATextSubprotocolCloses4400) {
  Session client = session();
  client.ws().send_binary(R"({"type":"ping"})");
  EXPECT_EQ(client.read_to_end().code, 4400);
}

TEST_F(Messages, IdsRunFrom1To2147483647) {
  Session client = session();
  for (const char* id :
       {"0", "-1", "2147483648", "1.5", R"("1")", "null", "1e400", "99999999999999999999999"}) {
    client.say(R"({"type":"unsubscribe","sub":1,"id":)" + std::string(id) + "}");
    client.expect_error("bad_request");
    client.say(R"({"type":"unsubscribe","id":1,"sub":)" + std::string(id) + "}");
    EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 1) << id;
  }
  client.say(R"({"type":"unsubscribe","sub":1})");
  client.expect_error("bad_request");
  client.say(R"({"type":"unsubscribe","id":2147483647,"sub":2147483647})");
  EXPECT_EQ(client.expect_error("not_found")["id"].number(), 2'147'483'647);
}

TEST_F(Messages, PingIsAnsweredInKind) {
  Session client = session();
  client.say(R"({"type":"ping"})");
  client.expect("pong");
  client.say(R"({"type":"pong"})");  // unsolicited, and ignored
  client.ws().send(Opcode::kPing, "are you there");
  const Incoming pong = client.ws().receive();
  EXPECT_EQ(pong.kind, Incoming::Kind::kPong);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(Messages, EscapesInNamesAndValuesMeanWhatTheyMean) {
  Session client = session();
  client.say(R"({"\u0074ype":"p\u0069ng"})");
  client.expect("pong");
}

TEST_F(Messages, RefreshWithoutAccessControlIsAnswered) {
  Session client = session();
  client.say(R"({"type":"refresh","id":4,"token":"e30"})");
  EXPECT_EQ(client.next()["id"].number(), 4);
}

struct BusyHeart : ServerTest {
  BusyHeart() : ServerTest({"--heartbeat", "1s"}) {}
};

TEST_F(BusyHeart, ProgressTellsALiveSubscriberWhereItStands) {
  WsClient ws(port(), {});
  ws.send_text(R"({"type":"hello"})");
  ws.send_text(subscribe_message({.channels = {"thing:nobody_writes_here"}}));
  const std::string position = append_one(http, {.id = "1", .subject = "thing:elsewhere"});
  const Deadline deadline;
  bool pinged = false;
  std::string progress;
  while (!pinged || progress != position) {
    const Incoming incoming = ws.receive(deadline);
    ASSERT_NE(incoming.kind, Incoming::Kind::kNothing);
    pinged = pinged || incoming.kind == Incoming::Kind::kPing;
    if (incoming.kind != Incoming::Kind::kText) continue;
    const Json message = Json::parse(incoming.payload);
    if (message["type"].text() == "progress") progress = message["position"].text();
  }
}

TEST_F(BusyHeart, WhoAnswersNoPingIsClosed4408) {
  WsClient mute(port(), {.answers_pings = false});
  mute.send_text(R"({"type":"hello"})");
  const Deadline deadline;
  Incoming incoming;
  int pings = 0;
  do {
    incoming = mute.receive(deadline);
    pings += incoming.kind == Incoming::Kind::kPing;
    ASSERT_LT(pings, 10) << "it should have been closed long ago";
  } while (incoming.kind == Incoming::Kind::kText || incoming.kind == Incoming::Kind::kPing);
  EXPECT_EQ(incoming.close_code, 4408);
}

TEST_F(BusyHeart, JsonPongsAreASignOfLife) {
  WsClient client(port(), {.answers_pings = false});
  client.send_text(R"({"type":"hello"})");
  int pings = 0;
  while (pings < 5) {  // more than twice as long as a silent client may stay
    const Incoming incoming = client.receive();
    ASSERT_TRUE(incoming.kind == Incoming::Kind::kText || incoming.kind == Incoming::Kind::kPing);
    if (incoming.kind != Incoming::Kind::kPing) continue;
    ++pings;
    client.send_text(R"({"type":"pong"})");
  }
}

}  // namespace
}  // namespace courtside::e2e
