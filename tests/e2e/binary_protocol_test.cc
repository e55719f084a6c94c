// Goal: courtside.v1.flatbuffers is equivalent to the JSON subprotocol and carries the stored
// bytes, and cloudevents.json follows the CloudEvents WebSocket binding.
#include <flatbuffers/flatbuffers.h>

#include "protocol_generated.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

template <typename Table>
std::string finished(FlatBufferBuilder& builder, fbs::ClientBody kind, Offset<Table> body) {
  builder.Finish(fbs::CreateClientMessage(builder, kind, body.Union()), "CSCM");
  return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

std::string hello() {
  FlatBufferBuilder builder;
  return finished(builder, fbs::ClientBody::Hello,
                  fbs::CreateHelloDirect(builder, nullptr, "e2e/1"));
}

std::string subscribe(const std::string& channel, fbs::FromKind from, const char* after = nullptr) {
  FlatBufferBuilder builder;
  const std::vector<Offset<flatbuffers::String>> channels = {builder.CreateString(channel)};
  return finished(builder, fbs::ClientBody::Subscribe,
                  fbs::CreateSubscribeDirect(builder, 1, 1, &channels, from, after));
}

std::string event_bytes(const std::string& id, const std::string& data,
                        const char* type = "test.happened", const char* subject = "thing:t_1") {
  FlatBufferBuilder builder;
  const std::vector<std::uint8_t> bytes(data.begin(), data.end());
  const auto root = fbs::CreateEventDirect(
      builder, id.c_str(), "/e2e", type, subject, nullptr, "application/json", nullptr, nullptr,
      nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, fbs::DataKind::Json, &bytes);
  builder.Finish(root, "CSEV");
  return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

std::string publish(std::uint32_t id, const std::string& event) {
  FlatBufferBuilder builder;
  const std::vector<std::uint8_t> bytes(event.begin(), event.end());
  return finished(builder, fbs::ClientBody::Publish, fbs::CreatePublishDirect(builder, id, &bytes));
}

// A client of the binary subprotocol.
class BinarySession {
 public:
  explicit BinarySession(std::uint16_t port)
      : ws_(port, {.subprotocols = {"courtside.v1.flatbuffers"}}) {}

  void say(const std::string& bytes) { ws_.send_binary(bytes); }

  // The next message, which must be of this kind; skips progress and pings.
  const fbs::ServerMessage& expect(fbs::ServerBody kind) {
    while (true) {
      const Incoming incoming = ws_.receive();
      if (incoming.kind == Incoming::Kind::kPing) continue;
      if (incoming.kind != Incoming::Kind::kBinary) give_up("not a binary message");
      bytes_ = incoming.payload;
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes_.data());
      flatbuffers::Verifier verifier(data, bytes_.size());
      if (!verifier.VerifyBuffer<fbs::ServerMessage>("CSSM")) give_up("not a ServerMessage");
      const auto& message = *flatbuffers::GetRoot<fbs::ServerMessage>(data);
      if (message.body_type() == fbs::ServerBody::Progress) continue;
      if (message.body_type() != kind) {
        give_up(std::string("expected ") + fbs::EnumNameServerBody(kind) + ", got " +
                fbs::EnumNameServerBody(message.body_type()));
      }
      return message;
    }
  }

  std::uint16_t close_code() {
    while (true) {
      const Incoming incoming = ws_.receive();
      if (incoming.kind == Incoming::Kind::kClose) return incoming.close_code;
      if (incoming.kind == Incoming::Kind::kEnd) return 0;
      if (incoming.kind == Incoming::Kind::kNothing) give_up("the server does not close");
    }
  }

  WsClient& ws() { return ws_; }

 private:
  WsClient ws_;
  std::string bytes_;
};

using Flatbuffers = ServerTest;

TEST_F(Flatbuffers, TheWholeStoryInBinary) {
  BinarySession client(port());
  client.say(hello());
  const auto& welcome = *client.expect(fbs::ServerBody::Welcome).body_as_Welcome();
  const std::string epoch = welcome.epoch()->str();
  EXPECT_EQ(welcome.head()->str(), epoch + ":0");
  EXPECT_EQ(welcome.heartbeat(), 25'000u);

  client.say(subscribe("thing:*", fbs::FromKind::Now));
  EXPECT_EQ(client.expect(fbs::ServerBody::Subscribed).body_as_Subscribed()->after()->str(),
            epoch + ":0");
  EXPECT_EQ(client.expect(fbs::ServerBody::Live).body_as_Live()->sub(), 1u);

  const std::string sent = event_bytes("1", "{ \"a\" : 1e400 }");
  client.say(publish(7, sent));
  const auto& ok = *client.expect(fbs::ServerBody::Ok).body_as_Ok();
  EXPECT_EQ(ok.id(), 7u);
  EXPECT_EQ(ok.position()->str(), epoch + ":1");
  EXPECT_FALSE(ok.duplicate());

  const auto& message = *client.expect(fbs::ServerBody::EventMessage).body_as_EventMessage();
  EXPECT_EQ(message.sub(), 1u);
  EXPECT_EQ(message.offset(), 1u);
  EXPECT_EQ(message.subjectversion(), 1u);
  const auto& event = *message.event_nested_root();
  EXPECT_EQ(event.id()->str(), "1");
  EXPECT_EQ(std::string(event.data()->begin(), event.data()->end()), "{ \"a\" : 1e400 }");

  client.say(publish(8, sent));
  const auto& repeat = *client.expect(fbs::ServerBody::Ok).body_as_Ok();
  EXPECT_TRUE(repeat.duplicate());
  EXPECT_EQ(repeat.position()->str(), epoch + ":1");
  EXPECT_EQ(read_log(http).at(0).event["data"].raw(),
            "{ \"a\" : 1e400 }");  // the same in JSON
}

TEST_F(Flatbuffers, AnEventThatEndsRightsSaysWhose) {
  BinarySession client(port());
  client.say(hello());
  client.expect(fbs::ServerBody::Welcome);
  client.say(
      publish(7, event_bytes("1", R"({"sessionId":"s1"})", "session.revoked", "session:s1")));
  const auto& error = *client.expect(fbs::ServerBody::ErrorReply).body_as_ErrorReply();
  EXPECT_EQ(error.code()->str(), "invalid_event");
  EXPECT_NE(error.message()->str().find("/data/accountId is missing"), std::string::npos);
  EXPECT_TRUE(read_log(http).empty());
}

TEST_F(Flatbuffers, ResumesLikeItsTwin) {
  for (int i = 1; i <= 5; ++i) append_one(http, {.id = std::to_string(i)});
  const std::string epoch = read_head_place(http).epoch;
  BinarySession client(port());
  client.say(hello());
  client.expect(fbs::ServerBody::Welcome);
  client.say(subscribe("*", fbs::FromKind::After, (epoch + ":2").c_str()));
  client.expect(fbs::ServerBody::Subscribed);
  for (std::uint64_t offset = 3; offset <= 5; ++offset) {
    EXPECT_EQ(client.expect(fbs::ServerBody::EventMessage).body_as_EventMessage()->offset(),
              offset);
  }
  client.expect(fbs::ServerBody::Live);
}

TEST_F(Flatbuffers, SendsBatchesAndFieldsLikeItsTwin) {
  append(http, {{.id = "1", .data = "[1]"}, {.id = "2", .data = "[2]"}});
  const std::string epoch = read_head_place(http).epoch;
  BinarySession client(port());
  client.say(hello());
  client.expect(fbs::ServerBody::Welcome);
  FlatBufferBuilder builder;
  const std::vector<Offset<flatbuffers::String>> channels = {builder.CreateString("*")};
  const std::vector<Offset<flatbuffers::String>> fields = {builder.CreateString("type"),
                                                           builder.CreateString("data")};
  client.say(finished(builder, fbs::ClientBody::Subscribe,
                      fbs::CreateSubscribeDirect(builder, 1, 9, &channels, fbs::FromKind::Earliest,
                                                 nullptr, 0, 0, nullptr, false, 0, &fields, true)));
  client.expect(fbs::ServerBody::Subscribed);
  const auto& batch = *client.expect(fbs::ServerBody::EventsMessage).body_as_EventsMessage();
  EXPECT_EQ(batch.sub(), 9u);
  ASSERT_EQ(batch.events()->size(), 2u);
  for (std::uint32_t i = 0; i < 2; ++i) {
    const fbs::EventMessage& message = *batch.events()->Get(i);
    EXPECT_EQ(message.position()->str(), epoch + ":" + std::to_string(i + 1));
    EXPECT_EQ(message.offset(), 0u);
    const fbs::Event& event = *message.event_nested_root();
    EXPECT_EQ(event.id(), nullptr);
    EXPECT_EQ(event.type()->str(), "test.happened");
    EXPECT_EQ(std::string(event.data()->begin(), event.data()->end()),
              "[" + std::to_string(i + 1) + "]");
  }
  client.expect(fbs::ServerBody::Live);
}

// Some of flatc's languages omit an optional number when it is 0.
TEST_F(Flatbuffers, TheSubjectMustNotExistCanBeSaidWithoutANumber) {
  const auto publish_first = [](std::uint32_t id, const std::string& event_id,
                                flatbuffers::Optional<std::uint64_t> expected, bool is_first) {
    FlatBufferBuilder builder;
    const std::string event = event_bytes(event_id, "{}");
    const std::vector<std::uint8_t> bytes(event.begin(), event.end());
    return finished(builder, fbs::ClientBody::Publish,
                    fbs::CreatePublishDirect(builder, id, &bytes, expected, nullptr, is_first));
  };
  const auto none = flatbuffers::nullopt;
  BinarySession client(port());
  client.say(hello());
  client.expect(fbs::ServerBody::Welcome);
  const auto error_code = [&] {
    return client.expect(fbs::ServerBody::ErrorReply).body_as_ErrorReply()->code()->str();
  };
  client.say(publish_first(1, "1", none, true));
  client.expect(fbs::ServerBody::Ok);
  client.say(publish_first(2, "2", none, true));
  EXPECT_EQ(error_code(), "version_conflict");
  client.say(publish_first(3, "3", 0, true));
  EXPECT_EQ(error_code(), "version_conflict");
  client.say(publish_first(4, "4", 0, false));
  EXPECT_EQ(error_code(), "version_conflict");
  client.say(publish_first(5, "5", 1, true));
  EXPECT_EQ(error_code(), "bad_request");
  client.say(publish_first(6, "6", 1, false));
  client.expect(fbs::ServerBody::Ok);
  client.say(publish_first(7, "7", none, false));
  client.expect(fbs::ServerBody::Ok);
}

TEST_F(Flatbuffers, MistakesAreErrorsAndGarbageCloses4400) {
  BinarySession mistaken(port());
  mistaken.say(hello());
  mistaken.expect(fbs::ServerBody::Welcome);
  mistaken.say(subscribe("nocolon", fbs::FromKind::Now));
  EXPECT_EQ(mistaken.expect(fbs::ServerBody::ErrorReply).body_as_ErrorReply()->code()->str(),
            "bad_request");
  mistaken.say(subscribe("*", fbs::FromKind::After, "nonsense"));
  EXPECT_EQ(mistaken.expect(fbs::ServerBody::ErrorReply).body_as_ErrorReply()->code()->str(),
            "bad_position");
  mistaken.say(publish(9, "nonsense"));
  EXPECT_EQ(mistaken.expect(fbs::ServerBody::ErrorReply).body_as_ErrorReply()->id(), 9u);

  for (const std::string& garbage :
       {std::string(), std::string("nonsense"), std::string(64, '\xff'), hello().substr(0, 20)}) {
    BinarySession client(port());
    client.say(garbage);
    EXPECT_EQ(client.close_code(), 4400);
  }
  BinarySession text(port());
  text.ws().send_text(R"({"type":"hello"})");
  EXPECT_EQ(text.close_code(), 4400);
}

TEST_F(Flatbuffers, FlippedBitsHarmNobody) {
  Random random(seed());
  const std::string messages[] = {subscribe("thing:t_1", fbs::FromKind::Earliest),
                                  publish(5, event_bytes("1", "{}"))};
  for (int round = 0; round < 300; ++round) {
    BinarySession client(port());
    client.say(hello());
    client.expect(fbs::ServerBody::Welcome);
    std::string broken = messages[round % 2];
    for (int i = 0; i < 3; ++i)
      broken[pick(random, broken.size())] ^= static_cast<char>(1 << pick(random, 8));
    client.say(broken);
  }
  EXPECT_EQ(http.get("/health").status, 200);
  BinarySession client(port());
  client.say(hello());
  client.expect(fbs::ServerBody::Welcome);
}

struct BareCloudEvents : ServerTest {
  // The next event that is not one of the server's own position events.
  static std::string next_event(WsClient& ws) {
    while (true) {
      const Incoming message = ws.receive();
      EXPECT_EQ(message.kind, Incoming::Kind::kText);
      if (Json::parse(message.payload)["type"].text() != "courtside.progress") {
        return message.payload;
      }
    }
  }
};

TEST_F(BareCloudEvents, OneCloudEventAMessage) {
  std::vector<std::string> positions;
  for (int i = 1; i <= 3; ++i) positions.push_back(append_one(http, {.id = std::to_string(i)}));
  append_one(http, {.id = "foreign", .subject = "thing:elsewhere"});
  WsClient ws(port(), {.path = "/v1/ws?channel=thing:t_1&after=" + percent_encoded(positions[0]),
                       .subprotocols = {"cloudevents.json"}});
  ASSERT_TRUE(ws.upgraded()) << ws.handshake().body;
  EXPECT_EQ(ws.handshake().header("sec-websocket-protocol"), "cloudevents.json");
  for (const std::string& position : {positions[1], positions[2]}) {
    EXPECT_EQ(next_event(ws), http.get("/v1/events/" + position).body);
  }
  append_one(http, {.id = "live"});
  EXPECT_EQ(Json::parse(next_event(ws))["id"].text(), "live");
}

}  // namespace
}  // namespace courtside::e2e
