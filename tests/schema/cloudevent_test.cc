// Goal: which JSON CloudEvents are accepted, which are refused, and with which messages.
#include "schema/cloudevent.h"

#include <gtest/gtest.h>

#include <string>

#include "schema/event_rules.h"
#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

std::string repeated(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.append(text);
  return out;
}

TEST(CloudEvent, KeepsEveryAttribute) {
  const auto incoming = parse_cloudevent(
      R"({"data":{"a":1},"traceparent":"t","actorrole":"r","actortype":"USER","actorid":"42",
          "causationid":"c2","correlationid":"c1","dataschema":"s","datacontenttype":"a/b",
          "time":"2026-11-01T09:00:00+05:30","subject":"demo:d_1","type":"demo.happened",
          "source":"/web","id":"\u0031","specversion":"1.0","aggregateversion":7,"flag":true,
          "tenant":"n\u00fc"})",
      kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  const EventFields fields = EventView(incoming->event).fields();
  EXPECT_EQ(fields.id, "1");
  EXPECT_EQ(fields.source, "/web");
  EXPECT_EQ(fields.type, "demo.happened");
  EXPECT_EQ(fields.subject, "demo:d_1");
  EXPECT_EQ(fields.time, "2026-11-01T09:00:00+05:30");
  EXPECT_EQ(fields.datacontenttype, "a/b");
  EXPECT_EQ(fields.dataschema, "s");
  EXPECT_EQ(fields.correlationid, "c1");
  EXPECT_EQ(fields.causationid, "c2");
  EXPECT_EQ(fields.actorid, "42");
  EXPECT_EQ(fields.actortype, "USER");
  EXPECT_EQ(fields.actorrole, "r");
  EXPECT_EQ(fields.traceparent, "t");
  EXPECT_EQ(fields.data_kind, DataKind::kJson);
  EXPECT_EQ(fields.data, R"({"a":1})");
  ASSERT_EQ(fields.extensions.size(), 3u);
  EXPECT_EQ(fields.extensions[0].name, "aggregateversion");
  EXPECT_EQ(fields.extensions[0].value, "7");
  EXPECT_EQ(fields.extensions[1].value, "true");
  EXPECT_EQ(fields.extensions[2].value, R"("n\u00fc")");
  EXPECT_TRUE(check_event(EventView(incoming->event)));
}

TEST(CloudEvent, NamesMayBeSpelledWithEscapes) {
  const auto incoming = parse_cloudevent(
      cloudevent(R"(,"ten\u0061nt":"a","regi\u006fn":"b","\u0064ata":1)"), kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  const EventFields fields = EventView(incoming->event).fields();
  ASSERT_EQ(fields.extensions.size(), 2u);
  EXPECT_EQ(fields.extensions[0].name, "tenant");
  EXPECT_EQ(fields.extensions[1].name, "region");
  EXPECT_EQ(fields.data, "1");
}

TEST(CloudEvent, GetsTheTimeOfItsReceipt) {
  const auto incoming = parse_cloudevent(cloudevent(), kReceived);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(EventView(incoming->event).time(), "2026-11-01T10:00:00.000000Z");
  EXPECT_EQ(EventView(incoming->event).data_kind(), DataKind::kNone);
  EXPECT_FALSE(incoming->expected_version);
  EXPECT_TRUE(incoming->channels.empty());
}

TEST(CloudEvent, NullIsAnAttributeThatIsNotThere) {
  const auto incoming = parse_cloudevent(
      cloudevent(R"(,"time":null,"tenant":null,"data_base64":null,"channels":null,)"
                 R"("expectedversion":null,"correlationid":null)"),
      kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  const EventFields fields = EventView(incoming->event).fields();
  EXPECT_EQ(fields.time, "2026-11-01T10:00:00.000000Z");
  EXPECT_TRUE(fields.extensions.empty());
  EXPECT_EQ(fields.data_kind, DataKind::kNone);
}

TEST(CloudEvent, WhatTheLogSaysIsNotTheProducersToSay) {
  const auto incoming = parse_cloudevent(
      cloudevent(R"(,"sequence":[],"recordedtime":1,"subjectversion":"x")"), kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_TRUE(EventView(incoming->event).fields().extensions.empty());
}

TEST(CloudEvent, WhatTravelsBesideItIsTakenOff) {
  const auto incoming = parse_cloudevent(
      cloudevent(R"(,"expectedversion":17,"channels":["user:1","venue:\u0037","user:1"])"),
      kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_EQ(incoming->expected_version, 17u);
  EXPECT_EQ(incoming->channels, (std::vector<std::string>{"user:1", "venue:7"}));
  EXPECT_TRUE(EventView(incoming->event).fields().extensions.empty());
  EXPECT_EQ(parse_cloudevent(cloudevent(R"(,"expectedversion":0)"), kReceived)->expected_version,
            0u);
}

TEST(CloudEvent, BinaryDataComesAsBase64) {
  const auto incoming = parse_cloudevent(cloudevent(R"(,"data_base64":"AAH\/")"), kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_EQ(EventView(incoming->event).data_kind(), DataKind::kBinary);
  EXPECT_EQ(EventView(incoming->event).data(), std::string("\0\1\xff", 3));
}

TEST(CloudEvent, WhatIsNoJsonObjectIsABadRequest) {
  for (const std::string& body :
       {std::string(""), std::string("[]"), std::string("1"), std::string("{"), cloudevent() + "x",
        with_data("tru"), with_data("{\"a\":}"), std::string("{\"id\":\"\xff\"}"),
        cloudevent(R"(,"unknown":01)")}) {
    EXPECT_EQ(verdict_on(body).substr(0, 11), "bad_request") << body;
  }
}

struct Refusal {
  const char* json;
  const char* message;
};

TEST(CloudEvent, SaysWhatIsWrong) {
  const Refusal refusals[] = {
      {R"({"id":"1","source":"/w","type":"t","subject":"a:b"})", "/specversion is missing"},
      {R"({"specversion":"0.3","id":"1","source":"/w","type":"t","subject":"a:b"})",
       "/specversion must be \"1.0\""},
      {R"({"specversion":1.0,"id":"1","source":"/w","type":"t","subject":"a:b"})",
       "/specversion must be \"1.0\""},
      {R"({"specversion":"1.0","source":"/w","type":"t","subject":"a:b"})", "/id is missing"},
      {R"({"specversion":"1.0","id":"1","type":"t","subject":"a:b"})", "/source is missing"},
      {R"({"specversion":"1.0","id":"1","source":"/w","subject":"a:b"})", "/type is missing"},
      {R"({"specversion":"1.0","id":"1","source":"/w","type":"t"})", "/subject is missing"},
      {R"({"specversion":"1.0","id":"","source":"/w","type":"t","subject":"a:b"})",
       "/id must not be empty"},
      {R"({"specversion":"1.0","id":1,"source":"/w","type":"t","subject":"a:b"})",
       "/id must be text"},
      {R"({"specversion":"1.0","id":null,"source":"/w","type":"t","subject":"a:b"})",
       "/id is missing"},
      {R"({"specversion":"1.0","id":"\ud800","source":"/w","type":"t","subject":"a:b"})",
       "/id must not hold half of a surrogate pair"},
      {R"({"specversion":"1.0","id":"a\nb","source":"/w","type":"t","subject":"a:b"})",
       "/id must be UTF-8 without control characters"},
      {R"({"specversion":"1.0","id":"1","source":"/w","type":"t.*","subject":"a:b"})",
       "/type must not contain `*`"},
      {R"({"specversion":"1.0","id":"1","source":"/w","type":"t","subject":"b_1"})",
       "/subject must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},
      {R"({"specversion":"1.0","id":"1","source":"/w","type":"t","subject":"a:*"})",
       "/subject must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_EQ(verdict_on(refusal.json), std::string("invalid_event: ") + refusal.message)
        << refusal.json;
  }
}

TEST(CloudEvent, SaysWhatIsWrongWithTheRest) {
  const Refusal refusals[] = {
      {R"(,"time":"yesterday")", "/time must be an RFC 3339 time"},
      {R"(,"time":1793527200)", "/time must be text"},
      {R"(,"Tenant":"x")",
       "/Tenant is no attribute name: lower-case letters and digits, at most 64"},
      {R"(,"a_b":"x")", "/a_b is no attribute name: lower-case letters and digits, at most 64"},
      {R"(,"a~\/b":"x")",
       "/a~0~1b is no attribute name: lower-case letters and digits, at most 64"},
      {R"(,"":"x")", "/ is no attribute name: lower-case letters and digits, at most 64"},
      {R"(,"tenant":1.5)",
       "/tenant must be text (at most 1024 bytes), a 32-bit integer or a boolean"},
      {R"(,"tenant":2147483648)",
       "/tenant must be text (at most 1024 bytes), a 32-bit integer or a boolean"},
      {R"(,"tenant":{})",
       "/tenant must be text (at most 1024 bytes), a 32-bit integer or a boolean"},
      {R"(,"tenant":"\u0007")",
       "/tenant must be text (at most 1024 bytes), a 32-bit integer or a boolean"},
      {R"(,"expectedversion":-1)", "/expectedversion must be a whole number from 0 to 2^53"},
      {R"(,"expectedversion":1.5)", "/expectedversion must be a whole number from 0 to 2^53"},
      {R"(,"expectedversion":"1")", "/expectedversion must be a whole number from 0 to 2^53"},
      {R"(,"expectedversion":9007199254740993)",
       "/expectedversion must be a whole number from 0 to 2^53"},
      {R"(,"channels":"user:1")", "/channels must be an array of channels"},
      {R"(,"channels":["user:1","user"])",
       "/channels/1 must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},
      {R"(,"channels":["*"])",
       "/channels/0 must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},
      {R"(,"channels":[1])",
       "/channels/0 must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},
      {R"(,"data":1,"data_base64":"AA==")", "/data_base64 cannot stand beside `data`"},
      {R"(,"data_base64":"AA==","data":null)", "/data_base64 cannot stand beside `data`"},
      {R"(,"data_base64":"A")", "/data_base64 must be base64 text (RFC 4648, section 4)"},
      {R"(,"data_base64":7)", "/data_base64 must be base64 text (RFC 4648, section 4)"},
      {R"(,"correlationid":7)", "/correlationid must be text"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_EQ(verdict_on(cloudevent(refusal.json)),
              std::string("invalid_event: ") + refusal.message)
        << refusal.json;
  }
}

TEST(CloudEvent, NoAttributeComesTwice) {
  for (const char* name : {"specversion", "id", "source", "type", "subject", "time", "tenant",
                           "sequence", "channels", "expectedversion", "data"}) {
    const std::string member = std::string(",\"") + name + "\":null";
    EXPECT_EQ(verdict_on(cloudevent(member + member)),
              std::string("invalid_event: /") + name + " is there twice");
  }
  // A second spelling of a name is found too.
  EXPECT_EQ(verdict_on(cloudevent(R"(,"t\u0079pe":"x")")), "invalid_event: /type is there twice");
}

// The limits of event_rules.h: the longest text that is accepted, and one byte more.
TEST(CloudEvent, EveryAttributeHasALongestText) {
  const auto event_with = [](std::string_view name, std::size_t size) {
    std::string json = cloudevent();
    const std::string member = std::string("\"") + std::string(name) + "\":\"";
    const std::size_t at = json.find(member);
    const std::string value(size, 'x');
    if (at == std::string::npos) return cloudevent("," + member + value + "\"");
    const std::size_t begin = at + member.size();
    return json.replace(begin, json.find('"', begin) - begin, value);
  };
  for (const TextAttribute& attribute : text_attributes()) {
    if (attribute.name == "subject" || attribute.name == "time") continue;  // limited by syntax
    EXPECT_EQ(verdict_on(event_with(attribute.name, attribute.bytes_max)), "ok") << attribute.name;
    EXPECT_EQ(verdict_on(event_with(attribute.name, attribute.bytes_max + 1)),
              "invalid_event: /" + std::string(attribute.name) + " is longer than " +
                  std::to_string(attribute.bytes_max) + " bytes");
  }
  EXPECT_EQ(verdict_on(event_with("tenant", kLongAttributeBytesMax)), "ok");
  EXPECT_NE(verdict_on(event_with("tenant", kLongAttributeBytesMax + 1)), "ok");
  const std::string name(kExtensionNameBytesMax, 'n');
  EXPECT_EQ(verdict_on(event_with(name, 1)), "ok");
  EXPECT_EQ(verdict_on(event_with(name + "n", 1)),
            "invalid_event: the event has a member with too long a name");
}

TEST(CloudEvent, ExtensionsAreCounted) {
  std::string most;
  for (std::size_t i = 0; i < kEventExtensionsMax; ++i) most += ",\"x" + std::to_string(i) + "\":1";
  EXPECT_EQ(verdict_on(cloudevent(most)), "ok");
  EXPECT_EQ(verdict_on(cloudevent(most + ",\"y\":1")),
            "invalid_event: the event has more than 32 extensions");
}

TEST(CloudEvent, ChannelsAreCounted) {
  const std::string most = repeated(kRecordChannelsMax - 1, "\"user:1\",") + "\"user:2\"";
  const auto incoming = parse_cloudevent(cloudevent(",\"channels\":[" + most + "]"), kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_EQ(incoming->channels, (std::vector<std::string>{"user:1", "user:2"}));
  EXPECT_EQ(verdict_on(cloudevent(",\"channels\":[" + most + ",\"user:3\"]")),
            "invalid_event: /channels lists more than 1000 channels");
}

TEST(CloudEvent, DataNestsAsDeepAsTheLimit) {
  const auto nested = [](std::size_t depth) {
    return with_data(repeated(depth, "[") + repeated(depth, "]"));
  };
  EXPECT_EQ(verdict_on(nested(kJsonDepthMax)), "ok");
  EXPECT_EQ(verdict_on(nested(kJsonDepthMax + 1)),
            "invalid_event: /data is nested more than 64 levels deep");
  EXPECT_EQ(verdict_on(nested(100'000)), "invalid_event: /data is nested more than 64 levels deep");
}

TEST(CloudEvent, TheWholeEventHasASizeLimit) {
  const std::string text(kEventBytesMax, 'x');
  const auto with_text = [&text](std::size_t size) {
    return parse_cloudevent(with_data("\"" + text.substr(0, size) + "\""), kReceived);
  };
  const auto small = with_text(kEventBytesMax - 1000);
  ASSERT_TRUE(small) << verdict(small);
  // Now the size of the envelope is known: fill the rest to the last byte.
  const std::size_t room = kEventBytesMax - small->event.size();
  EXPECT_TRUE(with_text(kEventBytesMax - 1000 + room));
  const auto large = with_text(kEventBytesMax - 1000 + room + 4);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::payload_too_large);
  EXPECT_EQ(large.error().details, R"({"limit":262144})");
}

TEST(CloudEvent, AllFaultsComeInOneAnswer) {
  const auto refused = parse_cloudevent(
      R"({"specversion":"1.0","id":"","type":"t","subject":"x","a\"b":1})", kReceived);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "/id must not be empty");
  EXPECT_EQ(
      refused.error().details,
      R"({"errors":[{"pointer":"/id","detail":"must not be empty"},)"
      R"({"pointer":"/source","detail":"is missing"},)"
      R"({"pointer":"/subject","detail":"must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes"},)"
      R"({"pointer":"/a\"b","detail":"is no attribute name: lower-case letters and digits, at most 64"}]})");
}

TEST(CloudEvent, TheAnswerIsBounded) {
  std::string channels;
  for (int i = 0; i < 500; ++i) channels += i == 0 ? "1" : ",1";
  const auto refused = parse_cloudevent(cloudevent(",\"channels\":[" + channels + "]"), kReceived);
  ASSERT_FALSE(refused);
  std::size_t count = 0;
  const std::string& details = refused.error().details;
  for (std::size_t at = 0; (at = details.find("pointer", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, kEventErrorsMax);
}

}  // namespace
}  // namespace courtside
