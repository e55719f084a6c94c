// Goal: the binary twin carries every message both ways, and no buffer a client can send is read
// beyond its end or taken for what it is not.
#include <gtest/gtest.h>
#include <protocol_generated.h>

#include <cstring>
#include <random>
#include <string>

#include "schema/protocol.h"
#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside::protocol {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;

tl::expected<ClientMessage, Rejected> decode(std::string_view bytes) {
  return flatbuffers_codec().decode(bytes, kReceived);
}

std::string bytes_of(const Builder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// A client's message with this body.
template <typename Body>
std::string client_message(Builder& builder, flatbuffers::Offset<Body> body) {
  constexpr auto kTag = fbs::ClientBodyTraits<Body>::enum_value;
  fbs::FinishClientMessageBuffer(builder, fbs::CreateClientMessage(builder, kTag, body.Union()));
  return bytes_of(builder);
}

template <typename Message>
Message decoded(std::string_view bytes) {
  auto message = decode(bytes);
  if (!message || !std::holds_alternative<Message>(*message)) {
    ADD_FAILURE() << (message ? "another message" : message.error().error.message);
    return {};
  }
  return std::get<Message>(std::move(*message));
}

std::string refusal(std::string_view bytes) {
  const auto message = decode(bytes);
  if (message) return "taken";
  const Rejected& rejected = message.error();
  return std::string(info(rejected.error.code).name) +
         (rejected.id ? " " + std::to_string(*rejected.id) : "") +
         (rejected.closes ? " closes" : "") + ": " + rejected.error.message;
}

std::string subscribe(std::uint32_t id, std::uint32_t sub, const std::vector<std::string>& channels,
                      fbs::FromKind from = fbs::FromKind::Now, const char* after = nullptr,
                      std::uint32_t last = 0, std::int64_t since_us = 0) {
  Builder b;
  return client_message(b, fbs::CreateSubscribe(b, id, sub, b.CreateVectorOfStrings(channels), from,
                                                after == nullptr ? 0 : b.CreateString(after), last,
                                                since_us, b.CreateVectorOfStrings({"booking.*"})));
}

std::string publish(std::uint32_t id, const std::string& event,
                    flatbuffers::Optional<std::uint64_t> version = flatbuffers::nullopt,
                    const std::vector<std::string>& channels = {}) {
  Builder b;
  const auto* begin = reinterpret_cast<const std::uint8_t*>(event.data());
  const auto vector = b.CreateVector(begin, event.size());
  return client_message(
      b, fbs::CreatePublish(b, id, vector, version, b.CreateVectorOfStrings(channels)));
}

TEST(FlatBuffersMessages, FromClients) {
  Builder hello;
  const auto token = hello.CreateString("eyJ");
  const auto greeted = decoded<Hello>(
      client_message(hello, fbs::CreateHello(hello, token, hello.CreateString("web/2.4.1"))));
  EXPECT_EQ(greeted.token, "eyJ");
  EXPECT_EQ(greeted.client, "web/2.4.1");

  Builder unsubscribe;
  const auto left =
      decoded<Unsubscribe>(client_message(unsubscribe, fbs::CreateUnsubscribe(unsubscribe, 2, 1)));
  EXPECT_EQ(left.id, 2u);
  EXPECT_EQ(left.sub, 1u);

  Builder refresh;
  const auto renewed = decoded<Refresh>(
      client_message(refresh, fbs::CreateRefresh(refresh, 4, refresh.CreateString("new"))));
  EXPECT_EQ(renewed.id, 4u);
  EXPECT_EQ(renewed.token, "new");

  Builder ping, pong;
  decoded<Ping>(client_message(ping, fbs::CreatePing(ping)));
  decoded<Pong>(client_message(pong, fbs::CreatePong(pong)));
}

TEST(FlatBuffersMessages, Subscribe) {
  const auto message = decoded<Subscribe>(
      subscribe(1, 2, {"user:42", "chat:*", "user:42"}, fbs::FromKind::After, "k3f9:7"));
  EXPECT_EQ(message.id, 1u);
  EXPECT_EQ(message.sub, 2u);
  EXPECT_EQ(message.channels, (std::vector<std::string>{"user:42", "chat:*"}));
  EXPECT_EQ(message.types, std::vector<std::string>{"booking.*"});
  EXPECT_EQ(message.from.kind, From::Kind::kAfter);
  EXPECT_EQ(message.from.after, "k3f9:7");
  const auto from = [](fbs::FromKind kind) {
    return decoded<Subscribe>(subscribe(1, 1, {"*"}, kind, nullptr, 20, kReceived.value())).from;
  };
  EXPECT_EQ(from(fbs::FromKind::Now).kind, From::Kind::kNow);
  EXPECT_EQ(from(fbs::FromKind::Earliest).kind, From::Kind::kEarliest);
  EXPECT_EQ(from(fbs::FromKind::Last).last, 20u);
  EXPECT_EQ(from(fbs::FromKind::Since).since, kReceived);
}

TEST(FlatBuffersMessages, SubscribeSaysWhatIsWrong) {
  EXPECT_EQ(refusal(subscribe(0, 1, {"*"})),
            "bad_request: id must be a whole number from 1 to 2147483647");
  EXPECT_EQ(refusal(subscribe(0x80000000, 1, {"*"})),
            "bad_request: id must be a whole number from 1 to 2147483647");
  EXPECT_EQ(refusal(subscribe(7, 0, {"*"})),
            "bad_request 7: sub must be a whole number from 1 to 2147483647");
  EXPECT_EQ(refusal(subscribe(7, 1, {})), "bad_request 7: channels must list at least one channel");
  EXPECT_EQ(refusal(subscribe(7, 1, {"\xff"})),
            "bad_request 7: a text of 1 bytes is not a channel: `kind:id`, `kind:*` or `*`");
  EXPECT_EQ(refusal(subscribe(7, 1, std::vector<std::string>(1001, "user:1"))),
            "bad_request 7: channels lists more than 1000 channels");
  EXPECT_EQ(refusal(subscribe(7, 1, {"*"}, static_cast<fbs::FromKind>(9))),
            "bad_request 7: from is of an unknown kind");
  EXPECT_EQ(refusal(subscribe(7, 1, {"*"}, fbs::FromKind::Last)),
            "bad_request 7: from.last must be a whole number from 1 to 1000");
}

TEST(FlatBuffersMessages, Publish) {
  const std::string event = build_event(full_fields());
  const auto message = decoded<Publish>(publish(3, event, 17, {"user:1", "user:1"}));
  EXPECT_EQ(message.id, 3u);
  EXPECT_EQ(message.event.event, event);
  EXPECT_EQ(message.event.expected_version, 17u);
  EXPECT_EQ(message.event.channels, std::vector<std::string>{"user:1"});
  EXPECT_FALSE(decoded<Publish>(publish(3, event)).event.expected_version);
  EXPECT_EQ(decoded<Publish>(publish(3, event, 0)).event.expected_version, 0u);
}

TEST(FlatBuffersMessages, APublishedEventIsGivenItsTimeAndRidOfWhatIsNotItsOwn) {
  EventFields fields = full_fields();
  fields.time = {};
  fields.extensions = {{.name = "sequence", .value = "1"}, {.name = "tenant", .value = "\"x\""}};
  const auto message = decoded<Publish>(publish(3, build_event(fields)));
  const EventFields stored = EventView(message.event.event).fields();
  EXPECT_EQ(stored.time, "2026-11-01T10:00:00.000000Z");
  ASSERT_EQ(stored.extensions.size(), 1u);
  EXPECT_EQ(stored.extensions[0].name, "tenant");
}

// Bytes that no field refers to would be stored and sent on, seen by nobody.
TEST(FlatBuffersMessages, NothingHiddenInAnEventIsStored) {
  const std::string event = build_event(full_fields());
  const std::string padded = event + std::string(400, 'h');
  ASSERT_TRUE(verify_event(padded));
  EXPECT_EQ(decoded<Publish>(publish(3, padded)).event.event, event);
}

TEST(FlatBuffersMessages, PublishSaysWhatIsWrong) {
  EXPECT_EQ(refusal(publish(3, "no event")), "bad_request 3: the event is not an Event buffer");
  EXPECT_EQ(refusal(publish(3, "")), "bad_request 3: the event is not an Event buffer");
  EXPECT_EQ(refusal(publish(3, build_event({.id = "1"}))), "invalid_event 3: /source is missing");
  EventFields broken = full_fields();
  broken.data = "{";
  EXPECT_EQ(refusal(publish(3, build_event(broken))), "invalid_event 3: /data is not JSON");
  EXPECT_EQ(refusal(publish(3, build_event(full_fields()), (1ull << 53) + 1)),
            "invalid_event 3: /expectedversion must be a whole number from 0 to 2^53");
  Builder none;
  EXPECT_EQ(refusal(client_message(none, fbs::CreatePublish(none, 3))),
            "bad_request 3: event must be an Event buffer");
}

// FlatBuffers itself lets all of these pass.
TEST(FlatBuffersMessages, AUnionWithoutAKnownTagIsRefused) {
  const auto with_tag = [](fbs::ClientBody tag, bool with_value) {
    Builder b;
    const auto value = with_value ? fbs::CreatePing(b).Union() : flatbuffers::Offset<void>();
    fbs::FinishClientMessageBuffer(b, fbs::CreateClientMessage(b, tag, value));
    return refusal(bytes_of(b));
  };
  EXPECT_EQ(with_tag(fbs::ClientBody::Ping, true), "taken");
  EXPECT_EQ(with_tag(fbs::ClientBody::NONE, false), "bad_request: the message has no body");
  EXPECT_EQ(with_tag(fbs::ClientBody::NONE, true), "bad_request: the message has no body");
  EXPECT_EQ(with_tag(static_cast<fbs::ClientBody>(200), true),
            "bad_request: the message's body is of an unknown kind");
  EXPECT_EQ(with_tag(static_cast<fbs::ClientBody>(200), false),
            "bad_request: the message has no body");
  EXPECT_NE(with_tag(fbs::ClientBody::Ping, false), "taken");
}

TEST(FlatBuffersMessages, WhatIsNoClientMessageEndsTheConnection) {
  std::string server_message;
  flatbuffers_codec().encode(courtside::protocol::Ping{}, server_message);
  for (const std::string& bytes : {std::string(), std::string(11, '\0'), std::string(64, '\xff'),
                                   std::string(R"({"type":"ping"})"), server_message}) {
    EXPECT_EQ(refusal(bytes), "bad_request closes: the message is not a ClientMessage buffer");
  }
}

TEST(FlatBuffersMessages, MayLieAtAnyAddress) {
  const std::string bytes = publish(3, build_event(full_fields()), 17, {"user:1"});
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + bytes;
    EXPECT_EQ(refusal(std::string_view(moved).substr(shift)), "taken");
  }
}

TEST(FlatBuffersMessages, NoMutationMakesItReadBeyondItsBuffer) {
  std::mt19937 random(42);
  const std::string messages[] = {
      publish(3, build_event(full_fields()), 17, {"user:1", "user:2"}),
      subscribe(1, 2, {"user:42", "chat:*"}, fbs::FromKind::After, "k3f9:7")};
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string bytes = messages[round % 2];
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    decode(bytes) ? ++taken : ++refused;
  }
  EXPECT_GT(taken, 1'000u);
  EXPECT_GT(refused, 1'000u);
}

// Encodes, verifies, and hands the body of that type to `look`.
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

// Reads an event message out of bytes that begin anywhere.
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
  const std::string body = codec.event_body("k3f9", RecordView(record), nullptr);
  std::string out;
  // Two messages behind each other, the second at an odd place, each with its own `sub`.
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
    const std::string body = flatbuffers_codec().event_body(epoch, RecordView(record), nullptr);
    const auto* message = flatbuffers::GetRoot<fbs::ServerMessage>(body.data());
    const auto* nested = message->body_as_EventMessage()->event()->data();
    EXPECT_EQ((nested - reinterpret_cast<const std::uint8_t*>(body.data())) % 8, 0);
  }
}

TEST(FlatBuffersMessages, AnEventIsProjected) {
  const std::string record = make_record(build_event(full_fields()));
  const Projection projection{.name = "availability", .data_fields = {"price"}, .hide_actor = true};
  std::string out;
  flatbuffers_codec().append_event(
      out, 5, flatbuffers_codec().event_body("k3f9", RecordView(record), &projection));
  const SeenEvent seen = seen_event(out);
  ASSERT_TRUE(verify_event(seen.event));
  EXPECT_EQ(EventView(seen.event).actorid(), "");
  EXPECT_EQ(EventView(seen.event).data(), R"({"price":{"minor":45000,"currency":"INR"}})");
}

}  // namespace
}  // namespace courtside::protocol
