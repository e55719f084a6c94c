// Goal: the FlatBuffers encoding carries all server messages, and events as they are stored.
#include <gtest/gtest.h>
#include <protocol_generated.h>

#include <string>
#include <vector>

#include "schema/protocol.h"
#include "tests/schema/event_fixture.h"
#include "tests/support/event_body.h"

namespace courtside::protocol {
namespace {

// Encodes, verifies, and passes the body of that type to `look`.
template <typename Body, typename Look>
void expect_encoded(const ServerMessage& message, const Look& look) {
  std::string out = "before";
  flatbuffers_codec().encode(message, out);
  ASSERT_EQ(out.substr(0, 6), "before");
  const std::string bytes = out.substr(6);
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  ASSERT_TRUE(verifier.VerifyBuffer<fbs::ServerMessage>("CSSM"));
  const auto* body =
      flatbuffers::GetRoot<fbs::ServerMessage>(bytes.data())->template body_as<Body>();
  ASSERT_NE(body, nullptr);
  look(*body);
}

TEST(FlatBuffersMessages, FromTheServer) {
  expect_encoded<fbs::Welcome>(Welcome{.session = "s",
                                       .actor = "42",
                                       .epoch = "k",
                                       .head = "k:9",
                                       .heartbeat_ms = 25000,
                                       .maxmessage = 65536,
                                       .expiresin_s = 0},
                               [](const fbs::Welcome& m) {
                                 EXPECT_EQ(m.session()->str(), "s");
                                 EXPECT_EQ(m.actor()->str(), "42");
                                 EXPECT_EQ(m.epoch()->str(), "k");
                                 EXPECT_EQ(m.head()->str(), "k:9");
                                 EXPECT_EQ(m.heartbeat(), 25000u);
                                 EXPECT_EQ(m.maxmessage(), 65536u);
                                 ASSERT_TRUE(m.expiresin().has_value());
                                 EXPECT_EQ(m.expiresin().value(), 0u);
                               });
  expect_encoded<fbs::Welcome>(Welcome{.session = "s"}, [](const fbs::Welcome& m) {
    EXPECT_FALSE(m.expiresin().has_value());
    EXPECT_EQ(m.actor(), nullptr);
  });
  expect_encoded<fbs::Subscribed>(Subscribed{.id = 1, .sub = 2, .after = "k:1", .head = "k:9"},
                                  [](const fbs::Subscribed& m) {
                                    EXPECT_EQ(m.id(), 1u);
                                    EXPECT_EQ(m.sub(), 2u);
                                    EXPECT_EQ(m.after()->str(), "k:1");
                                    EXPECT_EQ(m.head()->str(), "k:9");
                                  });
  expect_encoded<fbs::Live>(Live{.sub = 1, .position = "k:1"}, [](const fbs::Live& m) {
    EXPECT_EQ(m.sub(), 1u);
    EXPECT_EQ(m.position()->str(), "k:1");
  });
  expect_encoded<fbs::Behind>(Behind{.sub = 1, .position = "k:1"}, [](const fbs::Behind& m) {
    EXPECT_EQ(m.sub(), 1u);
    EXPECT_EQ(m.position()->str(), "k:1");
  });
  expect_encoded<fbs::Gap>(Gap{.sub = 1, .reason = "expired", .from = "k:1", .to = "k:9"},
                           [](const fbs::Gap& m) {
                             EXPECT_EQ(m.sub(), 1u);
                             EXPECT_EQ(m.reason()->str(), "expired");
                             EXPECT_EQ(m.from()->str(), "k:1");
                             EXPECT_EQ(m.to()->str(), "k:9");
                           });
  expect_encoded<fbs::Progress>(Progress{.position = "k:1"}, [](const fbs::Progress& m) {
    EXPECT_EQ(m.position()->str(), "k:1");
  });
  expect_encoded<fbs::Ok>(Ok{.id = 3, .position = "k:8", .subjectversion = 18, .duplicate = true},
                          [](const fbs::Ok& m) {
                            EXPECT_EQ(m.id(), 3u);
                            EXPECT_EQ(m.position()->str(), "k:8");
                            EXPECT_EQ(m.subjectversion(), 18u);
                            EXPECT_TRUE(m.duplicate());
                          });
  expect_encoded<fbs::ErrorReply>(
      ErrorReply{.id = 3, .error = {.code = Code::overloaded, .message = "full", .details = "{}"}},
      [](const fbs::ErrorReply& m) {
        EXPECT_EQ(m.id(), 3u);
        EXPECT_EQ(m.code()->str(), "overloaded");
        EXPECT_EQ(m.message()->str(), "full");
        EXPECT_TRUE(m.retryable());
        EXPECT_EQ(m.details()->str(), "{}");
      });
  expect_encoded<fbs::Unsubscribed>(Unsubscribed{.sub = 1, .code = Code::forbidden},
                                    [](const fbs::Unsubscribed& m) {
                                      EXPECT_EQ(m.sub(), 1u);
                                      EXPECT_EQ(m.code()->str(), "forbidden");
                                    });
  expect_encoded<fbs::Ping>(Ping{}, [](const fbs::Ping&) {});
  expect_encoded<fbs::Pong>(Pong{}, [](const fbs::Pong&) {});
  expect_encoded<fbs::Expiring>(Expiring{.in_s = 60},
                                [](const fbs::Expiring& m) { EXPECT_EQ(m.in(), 60u); });
  expect_encoded<fbs::Draining>(Draining{.retryafter_ms = 2713},
                                [](const fbs::Draining& m) { EXPECT_EQ(m.retryafter(), 2713u); });
}

// Reads an event message that may begin at any address.
struct SeenEvent {
  std::uint32_t sub = 0;
  std::string position;
  std::uint64_t offset = 0;
  std::int64_t recorded_us = 0;
  std::uint64_t subjectversion = 0;
  std::string event;
};

SeenEvent seen_event(std::string_view message) {
  const std::string bytes(message);
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  EXPECT_TRUE(verifier.VerifyBuffer<fbs::ServerMessage>("CSSM"));
  const auto* event =
      flatbuffers::GetRoot<fbs::ServerMessage>(bytes.data())->body_as_EventMessage();
  if (event == nullptr) return {};
  return {.sub = event->sub(),
          .position = event->position()->str(),
          .offset = event->offset(),
          .recorded_us = event->recorded_us(),
          .subjectversion = event->subjectversion(),
          .event = {reinterpret_cast<const char*>(event->event()->data()), event->event()->size()}};
}

TEST(FlatBuffersMessages, AnEventCarriesTheStoredBytes) {
  const std::string event = build_event(full_fields());
  const std::string record = make_record(event);
  const Codec& codec = flatbuffers_codec();
  const std::string body = fixtures::event_body(codec, "k3f9", RecordView(record));
  std::string out;
  // Two messages one after the other, the second at an odd address, each with its own `sub`.
  codec.append_event(out, 1, body);
  out += 'x';
  const std::size_t second = out.size();
  codec.append_event(out, 2147483647, body);
  const SeenEvent first_seen = seen_event(std::string_view(out).substr(0, second - 1));
  const SeenEvent second_seen = seen_event(std::string_view(out).substr(second));
  EXPECT_EQ(first_seen.sub, 1u);
  EXPECT_EQ(second_seen.sub, 2147483647u);
  EXPECT_EQ(second_seen.position, "k3f9:104218");
  EXPECT_EQ(second_seen.offset, 104'218u);
  EXPECT_EQ(second_seen.recorded_us, kRecorded.value());
  EXPECT_EQ(second_seen.subjectversion, 18u);
  EXPECT_EQ(second_seen.event, event);
  EXPECT_EQ(first_seen.event, event);
}

TEST(FlatBuffersMessages, TheNestedEventIsAligned) {
  for (std::size_t length = 0; length < 16; ++length) {
    const std::string epoch(1 + length, 'k');
    const std::string data(length, 'd');
    const std::string record =
        make_record(build_event({.id = "1", .data_kind = DataKind::kBinary, .data = data}));
    const std::string body = fixtures::event_body(flatbuffers_codec(), epoch, RecordView(record));
    const auto* message = flatbuffers::GetRoot<fbs::ServerMessage>(body.data());
    const auto* nested = message->body_as_EventMessage()->event()->data();
    EXPECT_EQ((nested - reinterpret_cast<const std::uint8_t*>(body.data())) % 8, 0);
  }
}

// Bodies in one message, each with its own bytes, at any address.
TEST(FlatBuffersMessages, EventsAreCopiesOfTheirBodies) {
  const Codec& codec = flatbuffers_codec();
  std::string items;
  std::vector<std::string> events;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string data(3 * i, 'd');
    events.push_back(build_event({.id = "1", .data_kind = DataKind::kBinary, .data = data}));
    const std::string record = make_record(events.back(), 100 + i);
    codec.append_item(items, fixtures::event_body(codec, "k3f9", RecordView(record)));
  }
  const FieldSelection type({"type"});
  const std::string record = make_record(build_event(full_fields()));
  codec.append_item(items,
                    fixtures::event_body(codec, "k3f9", RecordView(record), {.fields = &type}));
  for (std::size_t lead = 0; lead < 8; ++lead) {
    const std::string shifted = std::string(lead, 'x') + items;
    std::string out;
    codec.append_events(out, 7, std::string_view(shifted).substr(lead));
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(out.data()), out.size());
    ASSERT_TRUE(verifier.VerifyBuffer<fbs::ServerMessage>("CSSM"));
    const auto* message =
        flatbuffers::GetRoot<fbs::ServerMessage>(out.data())->body_as_EventsMessage();
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(message->sub(), 7u);
    ASSERT_EQ(message->events()->size(), 6u);
    for (std::uint32_t i = 0; i < 5; ++i) {
      const fbs::EventMessage& event = *message->events()->Get(i);
      EXPECT_EQ(event.sub(), 0u);
      EXPECT_EQ(event.position()->str(), "k3f9:" + std::to_string(100 + i));
      EXPECT_EQ(event.offset(), 100 + i);
      EXPECT_EQ(event.recorded_us(), kRecorded.value());
      EXPECT_EQ(event.subjectversion(), 18u);
      const auto* bytes = event.event()->data();
      EXPECT_EQ((bytes - reinterpret_cast<const std::uint8_t*>(out.data())) % 8, 0);
      EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes), event.event()->size()),
                events[i]);
    }
    const fbs::EventMessage& last = *message->events()->Get(5);
    EXPECT_EQ(last.position()->str(), "k3f9:104218");
    EXPECT_EQ(last.offset(), 0u);
    EXPECT_EQ(last.event_nested_root()->type()->str(), "demo.happened");
    EXPECT_EQ(last.event_nested_root()->id(), nullptr);
  }
}

// A number that is not asked for is not given: 0.
TEST(FlatBuffersMessages, AnEventHasTheFieldsThatAreAskedFor) {
  const std::string record = make_record(build_event(full_fields()));
  const auto seen_with = [&record](const std::vector<std::string>& names) {
    const FieldSelection selection(names);
    std::string out;
    flatbuffers_codec().append_event(
        out, 5,
        fixtures::event_body(flatbuffers_codec(), "k3f9", RecordView(record),
                             {.fields = &selection}));
    return seen_event(out);
  };
  const SeenEvent some = seen_with({"type", "data", "tenant", "recordedtime"});
  EXPECT_EQ(some.sub, 5u);
  EXPECT_EQ(some.position, "k3f9:104218");
  EXPECT_EQ(some.offset, 0u);
  EXPECT_EQ(some.recorded_us, kRecorded.value());
  EXPECT_EQ(some.subjectversion, 0u);
  EXPECT_EQ(some.event,
            build_event({.type = "demo.happened",
                         .extensions = {{.name = "tenant", .value = R"("n\u00fcrnberg")"}},
                         .data_kind = DataKind::kJson,
                         .data = full_fields().data}));
  const SeenEvent numbers = seen_with({"sequence", "subjectversion"});
  EXPECT_EQ(numbers.offset, 104'218u);
  EXPECT_EQ(numbers.recorded_us, 0);
  EXPECT_EQ(numbers.subjectversion, 18u);
  EXPECT_EQ(numbers.event, build_event({}));
  EXPECT_TRUE(verify_event(numbers.event));
}

TEST(FlatBuffersMessages, AnEventIsProjected) {
  const std::string record = make_record(build_event(full_fields()));
  const Projection projection{
      .name = "availability", .data_fields = {"price.*"}, .hide_actor = true};
  std::string out;
  flatbuffers_codec().append_event(
      out, 5,
      fixtures::event_body(flatbuffers_codec(), "k3f9", RecordView(record),
                           {.projection = &projection}));
  const SeenEvent seen = seen_event(out);
  ASSERT_TRUE(verify_event(seen.event));
  EXPECT_EQ(EventView(seen.event).actorid(), "");
  EXPECT_EQ(EventView(seen.event).data(), R"({"price":{"minor":45000,"currency":"INR"}})");
}

}  // namespace
}  // namespace courtside::protocol
