// Goal: every valid JSON message of a client is decoded, and every invalid one gets an error.
#include <gtest/gtest.h>

#include <string>

#include "schema/protocol.h"
#include "tests/schema/cloudevent_fixture.h"

namespace courtside::protocol {
namespace {

tl::expected<ClientMessage, Rejected> decode_json(std::string_view json) {
  return json_codec().decode(json, kReceived);
}

template <typename Message>
Message from_json(std::string_view json) {
  auto message = decode_json(json);
  EXPECT_TRUE(message) << json << (message ? "" : message.error().error.message);
  if (!message || !std::holds_alternative<Message>(*message)) {
    ADD_FAILURE() << "another message: " << json;
    return {};
  }
  return std::get<Message>(std::move(*message));
}

// "bad_request 7: sub must be ...", with the id if there is one and "closes" if it closes.
std::string json_refusal(std::string_view json) {
  const auto message = decode_json(json);
  if (message) return "taken";
  const Rejected& rejected = message.error();
  return std::string(info(rejected.error.code).name) +
         (rejected.id ? " " + std::to_string(*rejected.id) : "") +
         (rejected.closes ? " closes" : "") + ": " + rejected.error.message;
}

TEST(JsonMessages, Hello) {
  const Hello hello =
      from_json<Hello>(R"({"type":"hello","token":"eyJ\u0041","client":"web/2.4.1"})");
  EXPECT_EQ(hello.token, "eyJA");
  EXPECT_EQ(hello.client, "web/2.4.1");
  EXPECT_TRUE(hello.has_token);
  EXPECT_EQ(from_json<Hello>(R"({"type":"hello"})").token, "");
  EXPECT_FALSE(from_json<Hello>(R"({"type":"hello"})").has_token);
  EXPECT_FALSE(from_json<Hello>(R"({"type":"hello","token":null})").has_token);
  EXPECT_TRUE(from_json<Hello>(R"({"type":"hello","token":""})").has_token);
  EXPECT_EQ(json_refusal(R"({"type":"hello","token":7})"),
            "bad_request: token and client must be text");
}

TEST(JsonMessages, PingAndPong) {
  from_json<Ping>(R"({"type":"ping"})");
  from_json<Pong>(R"( {"type" : "p\u006fng", "unknown":[1,{"type":"ping"}]} )");
}

TEST(JsonMessages, Unsubscribe) {
  const auto message = from_json<Unsubscribe>(R"({"type":"unsubscribe","id":2147483647,"sub":1})");
  EXPECT_EQ(message.id, 2147483647u);
  EXPECT_EQ(message.sub, 1u);
}

TEST(JsonMessages, Refresh) {
  const auto message = from_json<Refresh>(R"({"type":"refresh","id":4,"token":"eyJ"})");
  EXPECT_EQ(message.id, 4u);
  EXPECT_EQ(message.token, "eyJ");
  EXPECT_EQ(json_refusal(R"({"type":"refresh","id":4})"), "bad_request 4: token must be text");
}

TEST(JsonMessages, Subscribe) {
  const auto message = from_json<Subscribe>(
      R"({"type":"subscribe","id":1,"sub":2,"channels":["user:42","booking:b_1","user:42","chat:*"],)"
      R"("from":{"after":"k3f9:104217"},"types":["booking.*","demo.happened"]})");
  EXPECT_EQ(message.id, 1u);
  EXPECT_EQ(message.sub, 2u);
  EXPECT_EQ(message.channels, (std::vector<std::string>{"user:42", "booking:b_1", "chat:*"}));
  EXPECT_EQ(message.from.kind, From::Kind::kAfter);
  EXPECT_EQ(message.from.after, "k3f9:104217");
  EXPECT_EQ(message.types, (std::vector<std::string>{"booking.*", "demo.happened"}));
}

std::string subscribe_from(const std::string& from) {
  return R"({"type":"subscribe","id":1,"sub":1,"channels":["*"])" +
         (from.empty() ? "" : ",\"from\":" + from) + "}";
}

TEST(JsonMessages, SubscribeFrom) {
  const auto from = [](const std::string& text) {
    return from_json<Subscribe>(subscribe_from(text)).from;
  };
  EXPECT_EQ(from("").kind, From::Kind::kNow);
  EXPECT_EQ(from("null").kind, From::Kind::kNow);
  EXPECT_EQ(from(R"("now")").kind, From::Kind::kNow);
  EXPECT_EQ(from(R"("earliest")").kind, From::Kind::kEarliest);
  EXPECT_EQ(from(R"({"last":1})").kind, From::Kind::kLast);
  EXPECT_EQ(from(R"({"last":1000,"unknown":1})").last, 1000u);
  EXPECT_EQ(from(R"({"since":"2026-11-01T10:00:00Z"})").kind, From::Kind::kSince);
  EXPECT_EQ(from(R"({"since":"2026-11-01T10:00:00Z"})").since, kReceived);
  // The position is not parsed here: only the engine knows the log.
  EXPECT_EQ(from(R"({"after":"nonsense"})").after, "nonsense");
  EXPECT_EQ(from(R"({"after":""})").kind, From::Kind::kAfter);
}

TEST(JsonMessages, SubscribeFromNothingElse) {
  const std::string form =
      R"(bad_request 1: from must be "now", "earliest", or an object with one of after, last, since)";
  for (const char* from : {R"("")", R"("later")", "7", "[]", "{}", "true", R"({"after":null})",
                           R"({"after":"a:1","last":1})", R"({"unknown":1})"}) {
    EXPECT_EQ(json_refusal(subscribe_from(from)), form) << from;
  }
  EXPECT_EQ(json_refusal(subscribe_from(R"({"after":7})")),
            "bad_request 1: from.after must be a position");
  for (const char* from : {R"({"last":0})", R"({"last":1001})", R"({"last":-1})", R"({"last":"5"})",
                           R"({"last":1.5})", R"({"last":99999999999999999999})"}) {
    EXPECT_EQ(json_refusal(subscribe_from(from)),
              "bad_request 1: from.last must be a whole number from 1 to 1000")
        << from;
  }
  for (const char* from : {R"({"since":"yesterday"})", R"({"since":7})"}) {
    EXPECT_EQ(json_refusal(subscribe_from(from)),
              "bad_request 1: from.since must be an RFC 3339 time");
  }
}

std::string subscribe_with(const std::string& members) {
  return R"({"type":"subscribe","id":7)" + members + "}";
}

TEST(JsonMessages, SubscribeWithStateAndSpeed) {
  const auto said = [](const std::string& members) {
    const auto message =
        decode_json(R"({"type":"subscribe","id":1,"sub":1,"channels":["a:1"],"from":"earliest")" +
                    members + "}");
    if (!message) return message.error().error.message;
    const auto& subscribe = std::get<Subscribe>(*message);
    return std::string(subscribe.state ? "state " : "") + std::to_string(subscribe.speed);
  };
  EXPECT_EQ(said(""), "0");
  EXPECT_EQ(said(R"(,"state":true,"speed":60)"), "state 60");
  EXPECT_EQ(said(R"(,"state":false,"speed":"max")"), "0");
  EXPECT_EQ(said(R"(,"state":null,"speed":null)"), "0");
  EXPECT_EQ(said(R"(,"speed":1000000)"), "1000000");
  const std::string wrong = "speed must be a whole number from 1 to 1000000, or \"max\"";
  for (const char* bad : {"0", "-1", "1.5", "1000001", "\"60\"", "true", "[]"}) {
    EXPECT_EQ(said(std::string(",\"speed\":") + bad), wrong) << bad;
  }
  EXPECT_EQ(said(R"(,"state":1)"), "state must be true or false");
  EXPECT_EQ(said(R"(,"from":"now","speed":2)"), "speed needs a `from` in the past");
}

TEST(JsonMessages, SubscribeSaysWhatIsWrong) {
  const std::string rest = R"(,"channels":["user:1"])";
  const std::string bad_sub = "bad_request 7: sub must be a whole number from 1 to 2147483647";
  for (const char* sub :
       {"", R"(,"sub":0)", R"(,"sub":-1)", R"(,"sub":2147483648)", R"(,"sub":"1")", R"(,"sub":1.0)",
        R"(,"sub":null)", R"(,"sub":4294967297)"}) {
    EXPECT_EQ(json_refusal(subscribe_with(rest + sub)), bad_sub) << sub;
  }
  const auto with_channels = [](const std::string& channels) {
    return json_refusal(subscribe_with(",\"sub\":1,\"channels\":" + channels));
  };
  EXPECT_EQ(json_refusal(subscribe_with(R"(,"sub":1)")),
            "bad_request 7: channels must list at least one channel");
  EXPECT_EQ(with_channels("[]"), "bad_request 7: channels must list at least one channel");
  EXPECT_EQ(with_channels(R"("user:1")"), "bad_request 7: channels must be an array of channels");
  EXPECT_EQ(with_channels(R"(["user:1","User 2"])"),
            "bad_request 7: `User 2` is not a channel: `kind:id`, `kind:*` or `*`");
  EXPECT_EQ(with_channels(R"(["a\u0007"])"),
            "bad_request 7: a text of 2 bytes is not a channel: `kind:id`, `kind:*` or `*`");
  EXPECT_EQ(with_channels("[7]"), "bad_request 7: `` is not a channel: `kind:id`, `kind:*` or `*`");
  EXPECT_EQ(with_channels("[\"" + std::string(5000, 'x') + "\"]"),
            "bad_request 7: a text of 5000 bytes is not a channel: `kind:id`, `kind:*` or `*`");
}

std::string list_of(std::size_t count, const std::string& text) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "\"" : ",\"") + text + "\"";
  return list + "]";
}

TEST(JsonMessages, SubscribeInBatches) {
  const auto with = [](const std::string& flag) {
    return subscribe_with(R"(,"sub":1,"channels":["user:1"],)" + flag);
  };
  EXPECT_FALSE(from_json<Subscribe>(with(R"("state":true)")).batch);
  EXPECT_TRUE(from_json<Subscribe>(with(R"("batch":true)")).batch);
  EXPECT_FALSE(from_json<Subscribe>(with(R"("batch":false)")).batch);
  EXPECT_FALSE(from_json<Subscribe>(with(R"("batch":null)")).batch);
  for (const char* flag : {"1", R"("true")", "[]", "{}"}) {
    EXPECT_EQ(json_refusal(with(R"("batch":)" + std::string(flag))),
              "bad_request 7: batch must be true or false");
  }
}

TEST(JsonMessages, SubscribeToSomeFields) {
  const auto with = [](const std::string& fields) {
    return json_refusal(subscribe_with(R"(,"sub":1,"channels":["user:1"],"fields":)" + fields));
  };
  const auto message = from_json<Subscribe>(
      subscribe_with(R"(,"sub":1,"channels":["user:1"],"fields":["id","data","id","tenant"])"));
  EXPECT_EQ(FieldSelection(message.fields), FieldSelection({"data", "id", "tenant"}));
  EXPECT_EQ(with("null"), "taken");
  EXPECT_EQ(with(list_of(kSubscribeFieldsMax, "id")), "taken");
  EXPECT_EQ(with(list_of(1, std::string(64, 'a'))), "taken");
  EXPECT_EQ(with(list_of(kSubscribeFieldsMax + 1, "id")),
            "bad_request 7: fields lists more than 32 fields");
  EXPECT_EQ(with("[]"), "bad_request 7: fields must list at least one field, or be left out");
  for (const char* fields : {R"("id")", "{}", "true", "1"}) {
    EXPECT_EQ(with(fields), "bad_request 7: fields must be an array of field names");
  }
  EXPECT_EQ(with(R"(["Data"])"),
            "bad_request 7: `Data` is not a field: the name of an attribute, or `data`");
  EXPECT_EQ(with(R"(["data_base64"])"),
            "bad_request 7: `data_base64` is not a field: `data` stands for both");
  for (const char* field : {"\"\"", "1", "null", "[\"id\"]", "\"data.price\"", "\"*\""}) {
    EXPECT_NE(with("[\"id\"," + std::string(field) + "]").find(" is not a field"),
              std::string::npos)
        << field;
  }
  EXPECT_NE(with(list_of(1, std::string(65, 'a'))), "taken");
}

TEST(JsonMessages, SubscribeHasLimits) {
  const auto with = [](const std::string& channels, const std::string& types) {
    return json_refusal(
        subscribe_with(",\"sub\":1,\"channels\":" + channels + ",\"types\":" + types));
  };
  const std::string one = R"(["user:1"])";
  EXPECT_EQ(with(list_of(kSubscribeChannelsMax, "user:1"), R"(["a"])"), "taken");
  EXPECT_EQ(with(list_of(kSubscribeChannelsMax + 1, "user:1"), R"(["a"])"),
            "bad_request 7: channels lists more than 1000 channels");
  EXPECT_EQ(with(one, list_of(kSubscribeTypesMax, "a.*")), "taken");
  EXPECT_EQ(with(one, list_of(kSubscribeTypesMax + 1, "a.*")),
            "bad_request 7: types lists more than 100 types");
  EXPECT_EQ(with(one, R"("a.*")"), "bad_request 7: types must be an array of types");
  EXPECT_EQ(with(one, "[]"), "bad_request 7: types must list at least one type, or be left out");
  for (const char* type : {"", "*", ".*", "a*", "*.a", "a.*.*", "a.*b", "\\n"}) {
    EXPECT_EQ(with(one, list_of(1, type)).substr(0, 15), "bad_request 7: ") << type;
  }
  EXPECT_EQ(with(one, list_of(1, std::string(255, 't'))), "taken");
  EXPECT_NE(with(one, list_of(1, std::string(256, 't'))), "taken");
}

TEST(JsonMessages, Publish) {
  const auto message = from_json<Publish>(
      R"({"event":)" + cloudevent(R"(,"channels":["user:1"],"data":{"text":"hi"})") +
      R"(,"expectedversion":17,"id":3,"type":"publish"})");
  EXPECT_EQ(message.id, 3u);
  EXPECT_EQ(message.event.expected_version, 17u);
  EXPECT_EQ(message.event.channels, std::vector<std::string>{"user:1"});
  const EventView event(message.event.event);
  EXPECT_EQ(event.type(), "demo.happened");
  EXPECT_EQ(event.data(), R"({"text":"hi"})");
  EXPECT_EQ(event.time(), "2026-11-01T10:00:00.000000Z");
}

TEST(JsonMessages, PublishTakesTheExpectedVersionFromEitherPlace) {
  const auto version = [](const std::string& inside, const std::string& beside) {
    return from_json<Publish>(R"({"type":"publish","id":3,"event":)" + cloudevent(inside) + beside +
                              "}")
        .event.expected_version;
  };
  EXPECT_EQ(version("", ""), std::nullopt);
  EXPECT_EQ(version("", R"(,"expectedversion":null)"), std::nullopt);
  EXPECT_EQ(version("", R"(,"expectedversion":0)"), 0u);
  EXPECT_EQ(version(R"(,"expectedversion":4)", ""), 4u);
  EXPECT_EQ(version(R"(,"expectedversion":4)", R"(,"expectedversion":5)"),
            5u);  // the message's takes precedence
}

TEST(JsonMessages, PublishSaysWhatIsWrong) {
  EXPECT_EQ(json_refusal(R"({"type":"publish","id":3})"),
            "bad_request 3: event must be a JSON object");
  EXPECT_EQ(json_refusal(R"({"type":"publish","id":3,"event":[1]})"),
            "bad_request 3: event must be a JSON object");
  EXPECT_EQ(json_refusal(R"({"type":"publish","id":3,"event":{},"expectedversion":-1})"),
            "bad_request 3: expectedversion must be a whole number from 0 to 2^53");
  EXPECT_EQ(json_refusal(R"({"type":"publish","event":{"specversion":"1.0"},"id":3})"),
            "invalid_event 3: /id is missing");
  EXPECT_EQ(json_refusal(R"({"type":"publish","id":3,"event":)" +
                         with_data("\"" + std::string(300'000, 'x') + "\"") + "}"),
            "payload_too_large 3: the event is larger than 262144 bytes");
}

// The second one is used, and faults of the first are ignored.
TEST(JsonMessages, TheLastOfTwoMembersCounts) {
  EXPECT_EQ(from_json<Publish>(
                R"({"type":"ping","type":"publish","id":1,"id":2,"event":{"id":7},"event":)" +
                cloudevent() + "}")
                .id,
            2u);
}

TEST(JsonMessages, AnEventInAnotherMessageIsAnUnknownField) {
  from_json<Ping>(R"({"type":"ping","event":{"id":7}})");
}

TEST(JsonMessages, RequestsHaveANumber) {
  for (const char* type : {"subscribe", "unsubscribe", "publish", "refresh"}) {
    for (const char* id :
         {"", R"(,"id":0)", R"(,"id":2147483648)", R"(,"id":"1")", R"(,"id":null)"}) {
      EXPECT_EQ(json_refusal(R"({"type":")" + std::string(type) + "\"" + id + "}"),
                "bad_request: id must be a whole number from 1 to 2147483647");
    }
  }
}

TEST(JsonMessages, AnUnknownTypeIsAnsweredAndTheConnectionStays) {
  EXPECT_EQ(json_refusal(R"({"type":"dance","id":9})"), "bad_request 9: type `dance` is unknown");
  EXPECT_EQ(json_refusal(R"({"type":"Ping"})"), "bad_request: type `Ping` is unknown");
  EXPECT_EQ(json_refusal(R"({"id":9})"), "bad_request 9: type must be the name of a message");
  EXPECT_EQ(json_refusal(R"({"type":7})"), "bad_request: type must be the name of a message");
  EXPECT_EQ(json_refusal("{}"), "bad_request: type must be the name of a message");
}

TEST(JsonMessages, WhatIsNoObjectEndsTheConnection) {
  for (const char* message : {"", " ", "[]", "7", "null", "\"ping\"", "ping"}) {
    EXPECT_EQ(json_refusal(message), "bad_request closes: the message is not a JSON object")
        << message;
  }
  for (const char* message :
       {"{", "{]", R"({"type":"ping"}})", R"({"type":"ping"} {})", R"({"type":"ping",})",
        R"({"type":"ping","x":01})", R"({"type":"publish","id":1,"event":{"a":tru}})"}) {
    EXPECT_EQ(json_refusal(message), "bad_request closes: the message is not JSON") << message;
  }
  EXPECT_EQ(json_refusal("{\"type\":\"\xff\"}"), "bad_request closes: the message is not UTF-8");
}

}  // namespace
}  // namespace courtside::protocol
