// Goal: the FlatBuffers encoding carries all client messages, and no buffer from a client is read
// beyond its end or misinterpreted.
#include <gtest/gtest.h>
#include <protocol_generated.h>

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

// A client message with this body.
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

std::string subscribe_to(const std::vector<std::string>& fields, bool batch = false) {
  Builder b;
  const auto channels = b.CreateVectorOfStrings(std::vector<std::string>{"*"});
  const auto names = b.CreateVectorOfStrings(fields);
  fbs::SubscribeBuilder subscribe(b);
  subscribe.add_id(7);
  subscribe.add_sub(1);
  subscribe.add_channels(channels);
  subscribe.add_fields(names);
  subscribe.add_batch(batch);
  return client_message(b, subscribe.Finish());
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
  EXPECT_TRUE(greeted.has_token);

  Builder anonymous, empty;
  EXPECT_FALSE(decoded<Hello>(client_message(anonymous, fbs::CreateHello(anonymous))).has_token);
  const auto nothing = empty.CreateString("");
  EXPECT_TRUE(decoded<Hello>(client_message(empty, fbs::CreateHello(empty, nothing))).has_token);

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

TEST(FlatBuffersMessages, SubscribeToSomeFieldsAndInBatches) {
  EXPECT_EQ(decoded<Subscribe>(subscribe_to({"id", "data"})).fields,
            (std::vector<std::string>{"id", "data"}));
  EXPECT_TRUE(decoded<Subscribe>(subscribe_to({})).fields.empty());
  EXPECT_FALSE(decoded<Subscribe>(subscribe_to({})).batch);
  EXPECT_TRUE(decoded<Subscribe>(subscribe_to({}, true)).batch);
  EXPECT_EQ(refusal(subscribe_to(std::vector<std::string>(kSubscribeFieldsMax, "id"))), "taken");
  EXPECT_EQ(refusal(subscribe_to(std::vector<std::string>(kSubscribeFieldsMax + 1, "id"))),
            "bad_request 7: fields lists more than 32 fields");
  EXPECT_EQ(refusal(subscribe_to({"\xff"})),
            "bad_request 7: a text of 1 bytes is not a field: the name of an attribute, or `data`");
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

// Bytes that no field refers to must not be stored and sent on.
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

// FlatBuffers itself accepts all of these.
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

}  // namespace
}  // namespace courtside::protocol
