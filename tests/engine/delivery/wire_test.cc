// Goal: what each kind of connection reads: frames that a WebSocket client can parse, and
// server-sent events whose payload survives line breaks and whose ids can be resumed from.
#include "engine/delivery/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/delivery/interest.h"
#include "tests/engine/support/small_log.h"
#include "tests/support/event_body.h"

namespace courtside {
namespace {

class WireTest : public ::testing::Test {
 protected:
  std::string event(const Wire& wire) {
    const Batch batch = log.commit(1, "user:1");
    EventBlock block;
    wire.append_event(block, 1, fixtures::event_body(wire, "e", batch.at(std::size_t{0})));
    wire.finish(block, 1);
    return block.bytes;
  }
  fixtures::SmallLog log;
};

TEST_F(WireTest, JsonEventsAreOneTextFrame) {
  const std::string frame = event(json_wire());
  EXPECT_EQ(frame[0], '\x81');
  EXPECT_EQ(frame.substr(4, 47), R"({"type":"event","sub":1,"position":"e:1","event)");
}

TEST_F(WireTest, ServerSentEventsHaveIdTypeAndData) {
  const std::string text = event(sse_wire());
  EXPECT_EQ(text.find("id: e:1\nevent: test.happened\ndata: {\"specversion\":\"1.0\""), 0u) << text;
  EXPECT_EQ(text.substr(text.size() - 3), "}\n\n");
}

TEST_F(WireTest, LineBreaksInDataBecomeSeveralFields) {
  EventFields fields;
  fields.id = "1";
  fields.source = "/t";
  fields.type = "a.b";
  fields.subject = "thing:1";
  fields.data_kind = DataKind::kJson;
  fields.data = "{\n\"a\":1,\r\n\"b\":2\r}";
  std::string record;
  append_record(record, {.offset = Offset(1), .recorded = Timestamp(0), .subject_version = 1}, {},
                build_event(fields));
  const std::string body = fixtures::event_body(sse_wire(), "e", RecordView(record));
  EXPECT_NE(body.find("\"data\":{\ndata: \"a\":1,\ndata: \"b\":2\ndata: }"), std::string::npos)
      << body;
}

TEST_F(WireTest, AGapIsAnEventOfItsOwnEverywhere) {
  const protocol::Gap gap{.sub = 1, .reason = "expired", .from = "e:1", .to = "e:9"};
  std::string sse;
  sse_wire().append_message(sse, gap);
  EXPECT_EQ(
      sse,
      "id: e:9\nevent: gap\ndata: {\"reason\":\"expired\",\"from\":\"e:1\",\"to\":\"e:9\"}\n\n");
  std::string bare;
  cloudevents_wire().append_message(bare, gap);
  EXPECT_NE(bare.find("\"type\":\"courtside.gap\""), std::string::npos);
}

TEST_F(WireTest, AStreamIsToldWhereItBeginsAndWhereItIs) {
  const StreamBeginning beginning{.position = "e:7", .heartbeat_ms = 15'000, .retry_ms = 2713};
  std::string sse;
  sse_wire().append_beginning(sse, beginning);
  EXPECT_EQ(sse,
            "retry: 2713\nid: e:7\nevent: courtside.progress\n"
            "data: {\"position\":\"e:7\",\"live\":false,\"heartbeat\":15000}\n\n");
  sse.clear();
  sse_wire().append_message(sse, protocol::Live{1, "e:9"});
  sse_wire().append_message(sse, protocol::Progress{"e:8"});
  EXPECT_EQ(sse,
            "id: e:9\nevent: courtside.progress\ndata: {\"position\":\"e:9\",\"live\":true}\n\n"
            "id: e:8\nevent: courtside.progress\ndata: {\"position\":\"e:8\",\"live\":false}\n\n");

  std::string bare;
  cloudevents_wire().append_beginning(bare, beginning);
  EXPECT_EQ(bare.substr(4), R"({"specversion":"1.0","id":"beginning-e:7","source":"/courtside",)"
                            R"("type":"courtside.progress","datacontenttype":"application/json",)"
                            R"("data":{"position":"e:7","live":false,"heartbeat":15000}})");
  bare.clear();
  cloudevents_wire().append_message(bare, protocol::Live{1, "e:9"});
  EXPECT_NE(bare.find(R"("data":{"position":"e:9","live":true}})"), std::string::npos) << bare;

  std::string session;
  json_wire().append_beginning(session, beginning);
  EXPECT_EQ(session, "") << "`subscribed` says it";
}

// The payloads of whole, unmasked frames.
std::vector<std::string> payloads(std::string_view frames) {
  std::vector<std::string> all;
  while (!frames.empty()) {
    std::size_t size = static_cast<unsigned char>(frames[1]);
    const std::size_t header = size < 126 ? 2 : size == 126 ? 4 : 10;
    if (size >= 126) size = 0;
    for (std::size_t i = 2; i < header; ++i) {
      size = size << 8 | static_cast<unsigned char>(frames[i]);
    }
    all.emplace_back(frames.substr(header, size));
    frames.remove_prefix(header + size);
  }
  return all;
}

// A block of batches: these bodies, appended one after the other and finished.
std::vector<std::string> batches(const Wire& wire, const std::vector<std::string>& bodies) {
  EventBlock block;
  for (const std::string& body : bodies) wire.append_event(block, 7, body);
  wire.finish(block, 7);
  const std::string once = block.bytes;
  wire.finish(block, 7);
  EXPECT_EQ(block.bytes, once) << "there was nothing to finish";
  return payloads(block.bytes);
}

// Of a JSON body with so many bytes.
std::string json_body(std::size_t bytes) {
  std::string body = R"(,"position":"e:1","event":"})";
  body.insert(body.size() - 2, bytes - body.size(), 'x');
  return body;
}

TEST_F(WireTest, ABatchIsOneFrame) {
  const std::string body = json_body(40);
  const std::string item = "{" + body.substr(1);
  EXPECT_EQ(batches(json_wire().batched(), {body, body}),
            std::vector<std::string>{R"({"type":"events","sub":7,"events":[)" + item + "," + item +
                                     "]}"});
  EXPECT_EQ(batches(json_wire().batched(), {}), std::vector<std::string>());
  EXPECT_EQ(json_wire().batched().body_kind(), json_wire().body_kind());
  EXPECT_NE(flatbuffers_wire().batched().body_kind(), json_wire().body_kind());
  EXPECT_EQ(&json_wire().batched().batched(), &json_wire().batched());
  for (const Wire* wire : {&sse_wire(), &cloudevents_wire(), &durable_wire()}) {
    EXPECT_EQ(&wire->batched(), wire);
  }
}

// A batch is at most 64 KiB of events, or one event.
TEST_F(WireTest, ABatchHasABound) {
  const auto sizes = [](const std::vector<std::size_t>& bodies) {
    std::vector<std::string> all;
    for (const std::size_t bytes : bodies) all.push_back(json_body(bytes));
    std::vector<std::size_t> in_batches;
    for (const std::string& batch : batches(json_wire().batched(), all)) {
      std::size_t events = 0;
      for (std::size_t at = 0; (at = batch.find("\"position\"", at)) != batch.npos; ++at) ++events;
      in_batches.push_back(events);
      EXPECT_TRUE(events == 1 || batch.size() <= kBatchBytesMax + 64) << batch.size();
    }
    return in_batches;
  };
  using Counts = std::vector<std::size_t>;
  EXPECT_EQ(sizes({32 * 1024 - 1, 32 * 1024 - 1}), Counts({2}));
  EXPECT_EQ(sizes({32 * 1024, 32 * 1024 + 1}), Counts({1, 1}));
  EXPECT_EQ(sizes({100, 200'000, 100, 100}), Counts({1, 1, 2}));
  EXPECT_EQ(sizes(Counts(1'000, 999)),
            Counts({65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 25}));
}

TEST_F(WireTest, ABinaryBatchIsOneFrame) {
  const Batch batch = log.commit(2, "user:1");
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < 2; ++i) {
    bodies.push_back(fixtures::event_body(flatbuffers_wire(), "e", batch.at(i)));
  }
  EventBlock block;
  for (const std::string& body : bodies) flatbuffers_wire().batched().append_event(block, 1, body);
  flatbuffers_wire().batched().finish(block, 1);
  EXPECT_EQ(block.bytes[0], '\x82');
  EXPECT_EQ(payloads(block.bytes).size(), 1u);
}

// Two interests share an audience only when they get the same bytes.
TEST(InterestTest, KeysTellInterestsApart) {
  Interest one{.wire = &json_wire(), .sub = 1, .filter = {.channels = {"a:1", "b:2"}}};
  Interest same{.wire = &json_wire(), .sub = 1, .filter = {.channels = {"b:2", "a:1"}}};
  EXPECT_EQ(one.key(), same.key());
  std::vector<Interest> others(10, one);
  others[0].sub = 2;
  others[1].wire = &sse_wire();
  others[2].filter.channels = {"a:1"};
  others[3].filter.types = {"a:1"};
  others[4].filter.subject = "a:1";
  others[5].filter.actor = "a:1";
  others[6].filter.since = Timestamp(0);
  others[7].fields = FieldSelection({"id"});
  others[8].fields = FieldSelection({"data"});
  others[9].wire = &json_wire().batched();
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_NE(one.key(), others[i].key()) << i;
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(others[i].key(), others[j].key()) << i << j;
  }
}

}  // namespace
}  // namespace courtside
