// Goal: CloudEvents over HTTP in binary mode: headers become attributes, the body becomes data.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers headers_with(const Headers& more) {
  Headers headers = {
      {"host", "localhost"}, {"ce-specversion", "1.0"},    {"ce-id", "1"},
      {"ce-source", "/web"}, {"ce-type", "demo.happened"}, {"ce-subject", "demo:d_1"}};
  headers.insert(headers.end(), more.begin(), more.end());
  return headers;
}

Result<IncomingEvent> parse(const Headers& more, std::string_view content_type,
                            std::string_view body) {
  return parse_binary_cloudevent(headers_with(more), content_type, body, kReceived);
}

// The event as a reader gets it, without the attributes that the log adds.
std::string written(const Result<IncomingEvent>& incoming) {
  if (!incoming) return verdict(incoming);
  const EventFields fields = EventView(incoming->event).fields();
  std::string out(fields.datacontenttype);
  out += fields.data_kind == DataKind::kNone ? " none" : "";
  out += fields.data_kind == DataKind::kJson ? " json " : "";
  out += fields.data_kind == DataKind::kBinary ? " binary " : "";
  return out.append(fields.data);
}

TEST(BinaryCloudEvent, HeadersBecomeAttributes) {
  const auto incoming = parse({{"ce-time", "2026-11-01T09:00:00Z"},
                               {"ce-correlationid", "Euro%20%E2%82%AC%20%F0%9F%98%80"},
                               {"ce-tenant", "\"a \\\"b\\\" %22\""},
                               {"ce-aggregateversion", "7"},
                               {"x-other", "unseen"}},
                              "", "");
  ASSERT_TRUE(incoming) << verdict(incoming);
  const EventFields fields = EventView(incoming->event).fields();
  EXPECT_EQ(fields.id, "1");
  EXPECT_EQ(fields.subject, "demo:d_1");
  EXPECT_EQ(fields.time, "2026-11-01T09:00:00Z");
  EXPECT_EQ(fields.correlationid, "Euro \xe2\x82\xac \xf0\x9f\x98\x80");
  ASSERT_EQ(fields.extensions.size(), 2u);
  EXPECT_EQ(fields.extensions[0].value, R"("a \"b\" \"")");
  EXPECT_EQ(fields.extensions[1].value, R"("7")");
}

TEST(BinaryCloudEvent, ContentTypeSaysWhatTheBodyIs) {
  EXPECT_EQ(written(parse({}, "application/json", R"({"a": 1e400})")),
            R"(application/json json {"a": 1e400})");
  EXPECT_EQ(written(parse({}, "Application/JSON; charset=utf-8", " [1]\r\n")),
            "Application/JSON; charset=utf-8 json [1]");
  EXPECT_EQ(written(parse({}, "application/vnd.x+json", "1")), "application/vnd.x+json json 1");
  EXPECT_EQ(written(parse({}, "text/json", "1")), "text/json json 1");
  EXPECT_EQ(written(parse({}, "text/plain", "a \"b\"\n")), R"(text/plain json "a \"b\"\n")");
  EXPECT_EQ(written(parse({}, "application/octet-stream", std::string_view("\0\xff", 2))),
            std::string("application/octet-stream binary \0\xff", 34));
  EXPECT_EQ(written(parse({}, "application/xml", "<a/>")), "application/xml binary <a/>");
  EXPECT_EQ(written(parse({}, "", "raw")), " binary raw");
  EXPECT_EQ(written(parse({}, "application/json", "")), "application/json none");
  EXPECT_EQ(written(parse({}, "text/plain", "")), "text/plain none");
}

TEST(BinaryCloudEvent, ABodyMustBeWhatItSays) {
  EXPECT_EQ(verdict(parse({}, "application/json", "{")), "invalid_event: /data is not JSON");
  EXPECT_EQ(verdict(parse({}, "application/json", "  ")), "invalid_event: /data is not JSON");
  EXPECT_EQ(verdict(parse({}, "text/plain", "\xff")),
            "invalid_event: /data is text, so it must be UTF-8");
}

TEST(BinaryCloudEvent, ChannelsAreAList) {
  const auto incoming = parse({{"ce-channels", "user:1, venue:a%2Cb ,user:1"}}, "", "");
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_EQ(incoming->channels, (std::vector<std::string>{"user:1", "venue:a,b"}));
  EXPECT_TRUE(EventView(incoming->event).fields().extensions.empty());
  EXPECT_EQ(verdict(parse({{"ce-channels", "user:1,,user:2"}}, "", "")),
            "invalid_event: /channels/1 must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes");
}

TEST(BinaryCloudEvent, ExpectedVersionIsANumberInText) {
  EXPECT_EQ(parse({{"ce-expectedversion", "17"}}, "", "")->expected_version, 17u);
  for (const char* wrong : {"", "-1", "x", "1.0", "9007199254740993"}) {
    EXPECT_EQ(verdict(parse({{"ce-expectedversion", wrong}}, "", "")),
              "invalid_event: /expectedversion must be a whole number from 0 to 2^53");
  }
}

TEST(BinaryCloudEvent, SaysWhatIsWrong) {
  EXPECT_EQ(verdict(parse_binary_cloudevent({}, "", "", kReceived)),
            "invalid_event: /specversion is missing");
  EXPECT_EQ(verdict(parse({{"ce-id", "2"}}, "", "")), "invalid_event: /id is there twice");
  EXPECT_EQ(verdict(parse({{"ce-time", ""}}, "", "")), "invalid_event: /time must not be empty");
  EXPECT_EQ(verdict(parse({{"ce-tenant", "%ff"}}, "", "")), "invalid_event: /tenant must be UTF-8");
  EXPECT_EQ(verdict(parse({{"ce-correlationid", "%00"}}, "", "")),
            "invalid_event: /correlationid must be UTF-8 without control characters");
  EXPECT_EQ(verdict(parse({{"ce-a_b", "x"}}, "", "")),
            "invalid_event: /a_b is no attribute name: lower-case letters and digits, at most 64");
  EXPECT_EQ(verdict(parse({{"ce-data", "x"}}, "", "")), "invalid_event: /data cannot come as text");
  EXPECT_EQ(verdict(parse({{"ce-datacontenttype", "x"}}, "", "")),
            "invalid_event: /datacontenttype comes as Content-Type");
}

TEST(BinaryCloudEvent, PercentSignsThatCodeNothingStand) {
  const auto incoming = parse({{"ce-correlationid", "100% %4 %zz %41%"}}, "", "");
  ASSERT_TRUE(incoming);
  EXPECT_EQ(EventView(incoming->event).correlationid(), "100% %4 %zz A%");
}

}  // namespace
}  // namespace courtside
