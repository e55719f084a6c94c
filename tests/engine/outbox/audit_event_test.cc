// Goal: a row of the old audit log becomes an event with all of the row's information.
#include "engine/outbox/audit_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string made(const std::string& columns, const std::string& id = "a1",
                 const std::string& timestamp = "2025-06-01 10:00:00.125") {
  const auto event = audit_event(
      {.id = id, .timestamp = timestamp, .columns = columns, .size_bytes = columns.size()});
  return event ? *event : std::string(info(event.error().code).name) + ": " + event.error().message;
}

std::string in_json(const std::string& text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(AuditEvent, SaysAllThatTheRowSays) {
  EXPECT_EQ(
      made(R"({"id":"a1","timestamp":"2025-06-01T10:00:00.125","level":"info","message":"done",)"
           R"("correlationId":"c_1","actorId":"u_1","actorType":"USER","actorEmail":null,)"
           R"("statusCode":200,"resourceType":"Booking","resourceId":"b_1","newValue":{"a": 1.50},)"
           R"("ё":"ё","legacy":7})"),
      R"({"specversion":"1.0","id":"a1","source":"/legacy/audit","type":"legacy.audit",)"
      R"("correlationid":"c_1","actorid":"u_1","actortype":"USER","subject":"booking:b_1",)"
      R"("time":"2025-06-01T10:00:00.125Z","datacontenttype":"application/json",)"
      R"("data":{"legacy":true,"level":"info","message":"done","actorEmail":null,)"
      R"("statusCode":200,"resourceType":"Booking","resourceId":"b_1","newValue":{"a": 1.50},)"
      R"("ё":"ё"}})");
}

TEST(AuditEvent, TakesJsonOutOfTheTextsThatItWasStoredIn) {
  const std::string object = R"({"a": "\"b\"", "n": 1e400})";
  std::string value = object;
  for (int i = 0; i < 3; ++i) {
    value = in_json(value);
    for (const char* column : {"oldValue", "newValue", "details", "error"}) {
      EXPECT_THAT(made("{\"" + std::string(column) + "\":" + value + "}"),
                  HasSubstr("\"" + std::string(column) + "\":" + object + "}"))
          << i;
    }
    EXPECT_THAT(made("{\"message\":" + value + "}"), HasSubstr("\"message\":" + value));
  }
  // JSON quoted four times stays a string.
  EXPECT_THAT(made("{\"error\":" + in_json(value) + "}"), HasSubstr("\"error\":" + in_json(value)));
  EXPECT_THAT(made(R"({"details":"[1]"})"), HasSubstr("\"details\":[1]"));
  for (const char* text : {R"("42")", R"("true")", R"("{")", R"("not found")", R"("")", "7",
                           R"("\"said\"")", R"({"a":"{}"})"}) {
    EXPECT_THAT(made("{\"error\":" + std::string(text) + "}"),
                HasSubstr("\"error\":" + std::string(text) + "}"));
  }
}

TEST(AuditEvent, LeavesWhatWouldBeTooDeepAsItIs) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_THAT(made("{\"error\":" + in_json(nested(63)) + "}"), HasSubstr("\"error\":[[["));
  EXPECT_THAT(made("{\"error\":" + in_json(nested(64)) + "}"), HasSubstr("\"error\":\"[[["));
}

TEST(AuditEvent, IsAboutItselfWhereItsResourceIsNoSubject) {
  const auto about = [](const std::string& columns) {
    const std::string event = made(columns);
    const auto begin = event.find("\"subject\":\"") + 11;
    return event.substr(begin, event.find('"', begin) - begin);
  };
  EXPECT_EQ(about(R"({"resourceType":"VenueUser","resourceId":"v_1"})"), "venueuser:v_1");
  EXPECT_EQ(about(R"({"resourceType":"Booking"})"), "audit:a1");
  EXPECT_EQ(about(R"({"resourceType":"the booking","resourceId":"b"})"), "audit:a1");
  EXPECT_EQ(about(R"({"resourceType":"Booking","resourceId":"*"})"), "audit:a1");
  EXPECT_EQ(about(R"({"resourceType":null,"resourceId":7})"), "audit:a1");
  EXPECT_EQ(about("{\"resourceType\":\"a\",\"resourceId\":\"" + std::string(65, 'x') + "\"}"),
            "audit:a1");
}

TEST(AuditEvent, KeepsInDataWhatCannotBeAnAttribute) {
  EXPECT_THAT(made(R"({"actorId":"a\nb","actorType":7,"correlationId":""})"),
              HasSubstr(R"("data":{"legacy":true,"actorId":"a\nb","actorType":7,)"
                        R"("correlationId":""})"));
  const std::string longest(257, 'x');
  EXPECT_THAT(made("{\"actorId\":\"" + longest + "\"}"), HasSubstr("\"actorId\":\"xxx"));
}

TEST(AuditEvent, TakesTimesAsPostgresWritesThem) {
  EXPECT_THAT(made("{}", "a", "2025-06-01 10:00:00"), HasSubstr("2025-06-01T10:00:00Z"));
  EXPECT_THAT(made("{}", "a", "2025-06-01 10:00:00.125+00"), HasSubstr("10:00:00.125Z"));
  for (const char* text : {"infinity", "", "0044-03-15 10:00:00 BC", "2025-06-01 10:00:00+05:30"}) {
    EXPECT_THAT(made("{}", "a", text), HasSubstr("invalid_event: `timestamp`")) << text;
  }
}

TEST(AuditEvent, SaysWhatIsWrongWithTheRow) {
  EXPECT_THAT(made("{}", ""), HasSubstr("invalid_event: "));
  EXPECT_THAT(made("{}", std::string(300, 'x')), HasSubstr("invalid_event: "));
  EXPECT_THAT(made("[]"), HasSubstr("invalid_event: its columns"));
  EXPECT_THAT(made("{\"a\":"), HasSubstr("invalid_event: its columns"));
  EXPECT_THAT(made("{\"a\":\"\xff\"}"), HasSubstr("invalid_event: its columns"));
  EXPECT_THAT(made("{\"message\":\"" + std::string(kEventBytesMax, 'x') + "\"}"),
              HasSubstr("payload_too_large"));
  const auto huge = audit_event(
      {.id = "a", .timestamp = "2025-06-01 10:00:00", .columns = {}, .size_bytes = 5'000'000});
  EXPECT_EQ(huge.error().message, "the row has 5000000 bytes; an event has at most 262144");
}

}  // namespace
}  // namespace courtside
