// Goal: a wire that compresses sends the same messages as the plain one, compresses the long ones,
// and is shared by all who agreed on the same window.
#include <gtest/gtest.h>

#include <vector>

#include "engine/delivery/interest.h"
#include "tests/engine/support/small_log.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

// The messages of a block, as a client reads them.
class MessageReader final : public WebSocketInputHandler {
 public:
  bool on_input(const WebSocketInput& input) override {
    messages.emplace_back(input.payload);
    return true;
  }
  std::vector<std::string> messages;
};

std::vector<std::string> messages_of(const std::string& frames, bool inflates) {
  WebSocketCodec codec(WebSocketRole::kClient, {.message_bytes_max = 1 << 20}, inflates);
  MessageReader reader;
  EXPECT_TRUE(codec.feed(frames, reader));
  return reader.messages;
}

struct DeflatedWire : ::testing::Test {
  // A block with a short event, a long one, and a message.
  std::string frames(const Wire& wire) {
    EventBlock block;
    std::string body;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      body.clear();
      wire.append_event_body(body, "e", batch.at(i), {});
      wire.append_event(block, 1, body);
    }
    wire.finish(block, 1);
    wire.append_message(block.bytes, protocol::Live{1, "e:2"});
    return block.bytes;
  }

  static NewEvent long_event(fixtures::SmallLog& log) {
    NewEvent made = log.event({"user:1"});
    EventFields fields = EventView(made.event).fields();
    const std::string data = "{\"text\":\"" + std::string(5000, 'x') + "\"}";
    fields.data = data;
    made.event = build_event(fields);
    return made;
  }

  fixtures::SmallLog log;
  const Batch batch = [this] {
    Append append;
    append.events.push_back(log.event({"user:1"}));
    append.events.push_back(long_event(log));
    return log.commit(std::move(append));
  }();
};

TEST_F(DeflatedWire, SendsTheSameMessagesInFewerBytes) {
  for (const Wire* plain : {&json_wire(), &flatbuffers_wire(), &cloudevents_wire(),
                            &json_wire().batched(), &flatbuffers_wire().batched()}) {
    const std::string all = frames(*plain);
    for (const unsigned bits : {9u, 12u}) {
      const std::string fewer = frames(plain->deflated(bits));
      EXPECT_LT(fewer.size() + 4500, all.size());
      EXPECT_EQ(messages_of(fewer, true), messages_of(all, false));
    }
  }
}

TEST_F(DeflatedWire, ShortMessagesAreTheSameBytes) {
  std::string plain, deflated;
  json_wire().append_message(plain, protocol::Live{1, "e:2"});
  json_wire().deflated(12).append_message(deflated, protocol::Live{1, "e:2"});
  EXPECT_EQ(plain, deflated);
}

TEST_F(DeflatedWire, IsOneForEachWindow) {
  EXPECT_EQ(&json_wire().deflated(12), &json_wire().deflated(12));
  EXPECT_NE(&json_wire().deflated(12), &json_wire().deflated(9));
  EXPECT_NE(&json_wire().deflated(12), &json_wire());
  EXPECT_EQ(&json_wire().deflated(0), &json_wire());
  EXPECT_NE(&json_wire().deflated(12), &flatbuffers_wire().deflated(12));
  EXPECT_EQ(json_wire().deflated(12).body_kind(), json_wire().body_kind());
  EXPECT_EQ(cloudevents_wire().deflated(12).body_kind(), cloudevents_wire().body_kind());
  EXPECT_EQ(&json_wire().batched().deflated(12), &json_wire().deflated(12).batched());
  EXPECT_EQ(&sse_wire().deflated(12), &sse_wire());
  EXPECT_EQ(&durable_wire().deflated(12), &durable_wire());
  const Interest plain{.wire = &json_wire(), .sub = 1, .filter = {}};
  const Interest deflated{.wire = &json_wire().deflated(12), .sub = 1, .filter = {}};
  EXPECT_NE(plain.key(), deflated.key());
}

}  // namespace
}  // namespace courtside
