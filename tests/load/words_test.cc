// Goal: what a benchmark reads off the server's messages without a JSON parser is what they say,
// and what it sends is what the server understands.
#include "bench/words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "schema/event.h"
#include "schema/protocol.h"

namespace courtside {
namespace {

std::string encoded(const protocol::ServerMessage& message) {
  std::string text;
  protocol::json_codec().encode(message, text);
  return text;
}

TEST(Words, TellsTheServersMessagesApart) {
  EXPECT_EQ(word_of(encoded(protocol::Welcome{})), Word::kWelcome);
  EXPECT_EQ(word_of(encoded(protocol::Subscribed{})), Word::kSubscribed);
  EXPECT_EQ(word_of(encoded(protocol::Live{})), Word::kLive);
  EXPECT_EQ(word_of(encoded(protocol::Behind{})), Word::kBehind);
  EXPECT_EQ(word_of(encoded(protocol::Gap{})), Word::kGap);
  EXPECT_EQ(word_of(encoded(protocol::Ok{})), Word::kOk);
  EXPECT_EQ(word_of(encoded(protocol::ErrorReply{{}, {Code::forbidden, ""}})), Word::kError);
  EXPECT_EQ(word_of(encoded(protocol::Progress{})), Word::kOther);
  EXPECT_EQ(word_of(encoded(protocol::Ping{})), Word::kOther);
  std::string event;
  protocol::json_codec().append_event(event, 1, "");
  EXPECT_EQ(word_of(event), Word::kEvent);
  EXPECT_EQ(word_of(""), Word::kOther);
}

TEST(Words, ReadsThePosition) {
  EXPECT_EQ(position_of(encoded(protocol::Live{.sub = 1, .position = "k3f9:104217"})),
            "k3f9:104217");
  EXPECT_EQ(offset_of("k3f9:104217"), 104217u);
  EXPECT_EQ(offset_of("k3f9"), 0u);
  EXPECT_EQ(offset_of("k3f9:x"), 0u);
  EXPECT_EQ(position_of("{\"type\":\"ping\"}"), "");
}

template <typename Message>
Message understood(std::string_view text) {
  auto message = protocol::json_codec().decode(text, Timestamp(0));
  EXPECT_TRUE(message) << text;
  return std::get<Message>(*message);
}

TEST(Words, TheServerUnderstandsThem) {
  understood<protocol::Hello>(hello_message(""));
  const auto now = understood<protocol::Subscribe>(subscribe_message("bench:a", ""));
  EXPECT_EQ(now.channels, std::vector<std::string>{"bench:a"});
  EXPECT_EQ(now.from.kind, protocol::From::Kind::kNow);
  const auto after = understood<protocol::Subscribe>(subscribe_message("bench:a", "k3f9:7"));
  EXPECT_EQ(after.from.after, "k3f9:7");
  EXPECT_EQ(understood<protocol::Subscribe>(subscribe_from_earliest_message("bench:a")).from.kind,
            protocol::From::Kind::kEarliest);
}

TEST(Words, EveryEventIsAnotherOneOfTheRightSize) {
  EventWriter writer("run1", 200);
  std::set<std::string> ids;
  std::set<std::string> data;
  for (int i = 0; i < 1000; ++i) {
    const auto publish = understood<protocol::Publish>(writer.publish("bench:a"));
    const EventView event(publish.event.event);
    EXPECT_EQ(event.subject(), "bench:a");
    EXPECT_EQ(event.data().size(), 200u);
    ids.emplace(event.id());
    data.emplace(event.data());
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(data.size(), 1000u);
}

}  // namespace
}  // namespace courtside
