// Goal: the exact text of every JSON server message.
#include <gtest/gtest.h>

#include <string>

#include "schema/protocol.h"
#include "tests/schema/event_fixture.h"
#include "tests/support/event_body.h"

namespace courtside::protocol {
namespace {

std::string encoded(const ServerMessage& message) {
  std::string out = "|";
  json_codec().encode(message, out);
  return out;
}

TEST(JsonMessages, ServerMessagesWordForWord) {
  EXPECT_EQ(
      encoded(Welcome{.session = "s_01JD",
                      .actor = "42",
                      .epoch = "k3f9",
                      .head = "k3f9:104301",
                      .heartbeat_ms = 25000,
                      .maxmessage = 65536,
                      .expiresin_s = 3540}),
      R"(|{"type":"welcome","session":"s_01JD","actor":"42","epoch":"k3f9","head":"k3f9:104301",)"
      R"("heartbeat":25000,"maxmessage":65536,"expiresin":3540})");
  EXPECT_EQ(encoded(Welcome{.session = "s", .epoch = "k", .head = "k:0"}),
            R"(|{"type":"welcome","session":"s","actor":"","epoch":"k","head":"k:0","heartbeat":0,)"
            R"("maxmessage":0})");
  EXPECT_EQ(encoded(Subscribed{.id = 1, .sub = 2, .after = "k3f9:104217", .head = "k3f9:104301"}),
            R"(|{"type":"subscribed","id":1,"sub":2,"after":"k3f9:104217","head":"k3f9:104301"})");
  EXPECT_EQ(encoded(Live{.sub = 1, .position = "k3f9:7"}),
            R"(|{"type":"live","sub":1,"position":"k3f9:7"})");
  EXPECT_EQ(encoded(Behind{.sub = 1, .position = "k3f9:7"}),
            R"(|{"type":"behind","sub":1,"position":"k3f9:7"})");
  EXPECT_EQ(encoded(Gap{.sub = 1, .reason = "epoch", .from = "a\"b", .to = "k3f9:0"}),
            R"(|{"type":"gap","sub":1,"reason":"epoch","from":"a\"b","to":"k3f9:0"})");
  EXPECT_EQ(encoded(Progress{.position = "k3f9:7"}), R"(|{"type":"progress","position":"k3f9:7"})");
  EXPECT_EQ(encoded(Ok{.id = 3, .position = "k3f9:8", .subjectversion = 18, .duplicate = true}),
            R"(|{"type":"ok","id":3,"position":"k3f9:8","subjectversion":18,"duplicate":true})");
  EXPECT_EQ(encoded(Ok{.id = 3}), R"(|{"type":"ok","id":3})");
  EXPECT_EQ(encoded(Unsubscribed{.sub = 1, .code = Code::forbidden}),
            R"(|{"type":"unsubscribed","sub":1,"code":"forbidden"})");
  EXPECT_EQ(encoded(Ping{}), R"(|{"type":"ping"})");
  EXPECT_EQ(encoded(Pong{}), R"(|{"type":"pong"})");
  EXPECT_EQ(encoded(Expiring{.in_s = 60}), R"(|{"type":"expiring","in":60})");
  EXPECT_EQ(encoded(Draining{.retryafter_ms = 2713}), R"(|{"type":"draining","retryafter":2713})");
}

TEST(JsonMessages, ErrorsSayWhetherToTryAgain) {
  EXPECT_EQ(encoded(ErrorReply{.id = 3,
                               .error = {.code = Code::version_conflict,
                                         .message = "booking:b_1 is at version 18, expected 17",
                                         .details = R"({"current":18})"}}),
            R"(|{"type":"error","id":3,"code":"version_conflict",)"
            R"("message":"booking:b_1 is at version 18, expected 17","retryable":false,)"
            R"("details":{"current":18}})");
  EXPECT_EQ(encoded(ErrorReply{.error = {.code = Code::overloaded, .message = "full"}}),
            R"(|{"type":"error","code":"overloaded","message":"full","retryable":true})");
}

TEST(JsonMessages, AnEventIsItsBodyBehindAPrefix) {
  const std::string record = make_record(build_event({.id = "1"}));
  const std::string body = fixtures::event_body(json_codec(), "k3f9", RecordView(record));
  EXPECT_EQ(body,
            R"(,"position":"k3f9:104218","event":{"specversion":"1.0","id":"1",)"
            R"("sequence":"00000000000000104218","recordedtime":"2026-11-01T10:00:00.123456Z",)"
            R"("subjectversion":18}})");
  std::string out = "|";
  json_codec().append_event(out, 2147483647, body);
  EXPECT_EQ(out, R"(|{"type":"event","sub":2147483647)" + body);
}

TEST(JsonMessages, EventsAreBodiesInAList) {
  const std::string record = make_record(build_event({.id = "1"}));
  const FieldSelection id({"id"});
  const std::string body =
      fixtures::event_body(json_codec(), "k3f9", RecordView(record), {.fields = &id});
  std::string items;
  json_codec().append_item(items, body);
  std::string out = "|";
  json_codec().append_events(out, 1, items);
  EXPECT_EQ(
      out,
      R"(|{"type":"events","sub":1,"events":[{"position":"k3f9:104218","event":{"id":"1"}}]})");
  json_codec().append_item(items, body);
  out.clear();
  json_codec().append_events(out, 2147483647, items);
  EXPECT_EQ(out, R"({"type":"events","sub":2147483647,"events":[)"
                 R"({"position":"k3f9:104218","event":{"id":"1"}},)"
                 R"({"position":"k3f9:104218","event":{"id":"1"}}]})");
}

TEST(JsonMessages, AnEventIsProjected) {
  const std::string record = make_record(build_event(full_fields()));
  const Projection projection{
      .name = "availability", .data_fields = {"price.*"}, .hide_actor = true};
  const std::string body =
      fixtures::event_body(json_codec(), "k3f9", RecordView(record), {.projection = &projection});
  EXPECT_EQ(body.find("actorid"), std::string::npos);
  EXPECT_NE(body.find(R"("data":{"price":{"minor":45000,"currency":"INR"}}}})"), std::string::npos);
}

}  // namespace
}  // namespace courtside::protocol
