// Goal: a reader receives the producer's event byte for byte, plus the log's attributes, and the
// same on every path.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using Event = ServerTest;

// Numbers, order, blanks and escapes that a JSON library would normalise.
constexpr std::string_view kOddData =
    "{ \"b\" : 1e400,\"a\":[ 1 , 2.50, -0 ],\n\t\"big\":123456789012345678901234567890,"
    "\"esc\":\"\\u0041\\/\\ud83c\\udfbe\",\"utf8\":\"\xf0\x9f\x8e\xbe\",\"a\":2 }";

// The event on each path.
struct Paths {
  Json live, replayed, page, single;
};

Paths follow(std::uint16_t port, const Draft& draft) {
  HttpClient http(port);
  Session live(port);
  live.subscribe({});
  live.expect("live");
  const std::string position = append_one(http, draft);
  Delivered first = live.expect_event();
  EXPECT_EQ(first.place.text(), position);
  Session later(port);
  later.subscribe({.from = R"({"last":1})"});
  Delivered second = later.expect_event();
  EXPECT_EQ(second.place.text(), position);
  return {first.event, second.event,
          http.get("/v1/events?order=desc&limit=1", "application/json").json()["events"].at(0),
          http.get("/v1/events/" + position).json()};
}

TEST_F(Event, DataComesBackByteForByteOnEveryPath) {
  const Paths paths = follow(port(), {.id = "1", .data = std::string(kOddData)});
  for (const Json& event : {paths.live, paths.replayed, paths.page, paths.single}) {
    EXPECT_EQ(event["data"].raw(), kOddData);
    EXPECT_EQ(event.raw(), paths.live.raw());  // all bytes, not only the data
  }
}

TEST_F(Event, AnyJsonValueIsData) {
  int id = 0;
  for (const char* data :
       {"null", "true", "17", "\"text\"", "[]", "[[[[1]]]]", "{}", "\"\"", "-0.0e-0"}) {
    const std::string position = append_one(http, {.id = std::to_string(++id), .data = data});
    EXPECT_EQ(http.get("/v1/events/" + position).json()["data"].raw(), data);
  }
}

TEST_F(Event, TheLogAddsItsAttributes) {
  append_one(http, {.id = "1", .subject = "thing:a"});
  append_one(http, {.id = "2", .subject = "thing:b"});
  const std::string position = append_one(
      http,
      {.id = "3",
       .subject = "thing:a",
       .channels = {"user:7"},
       .more = R"(,"sequence":"99","recordedtime":"x","subjectversion":99,"expectedversion":1)"});
  const Json event = http.get("/v1/events/" + position).json();
  EXPECT_EQ(event["specversion"].text(), "1.0");
  EXPECT_EQ(event["sequence"].text(), "00000000000000000003");
  EXPECT_EQ(event["subjectversion"].number(), 2);
  EXPECT_EQ(event["recordedtime"].text().size(), std::string("2026-11-01T10:00:00.000000Z").size());
  EXPECT_EQ(event["recordedtime"].text().back(), 'Z');
  EXPECT_TRUE(event.has("time"));       // set when missing
  EXPECT_FALSE(event.has("channels"));  // they would reveal other users
  EXPECT_FALSE(event.has("expectedversion"));
}

TEST_F(Event, AttributesAndExtensionsSurvive) {
  const std::string more =
      R"(,"time":"2026-11-01T10:00:00.5+05:30","datacontenttype":"application/json",)"
      R"("dataschema":"https://x.example/s","correlationid":"k","causationid":"c","actorid":"a",)"
      R"("actortype":"USER","actorrole":"PLAYER","traceparent":"00-ab-cd-01","custom":"v\"q\"",)"
      R"("count":17,"flag":true)";
  const std::string position = append_one(http, {.id = "ident\\ity \"1\"", .more = more});
  const Json event = http.get("/v1/events/" + position).json();
  EXPECT_EQ(event["id"].text(), "ident\\ity \"1\"");
  EXPECT_EQ(event["time"].text(), "2026-11-01T10:00:00.5+05:30");
  EXPECT_EQ(event["dataschema"].text(), "https://x.example/s");
  EXPECT_EQ(event["correlationid"].text(), "k");
  EXPECT_EQ(event["causationid"].text(), "c");
  EXPECT_EQ(event["actorid"].text(), "a");
  EXPECT_EQ(event["actortype"].text(), "USER");
  EXPECT_EQ(event["actorrole"].text(), "PLAYER");
  EXPECT_EQ(event["traceparent"].text(), "00-ab-cd-01");
  EXPECT_EQ(event["custom"].text(), "v\"q\"");
  EXPECT_EQ(event["count"].raw(), "17");
  EXPECT_EQ(event["flag"].raw(), "true");
}

TEST_F(Event, BinaryDataTravelsAsBase64) {
  const HttpResponse answer =
      http.post("/v1/events", std::string(kOneEvent),
                R"({"specversion":"1.0","id":"1","source":"/e2e","type":"t.x","subject":"thing:a",)"
                R"("datacontenttype":"application/octet-stream","data_base64":"AP8B"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json event =
      http.get("/v1/events/" + answer.json()["results"].at(0)["position"].text()).json();
  EXPECT_EQ(event["data_base64"].text(), "AP8B");
  EXPECT_FALSE(event.has("data"));
}

TEST_F(Event, RecordedTimeNeverGoesBack) {
  for (int i = 0; i < 200; ++i) append_one(http, {.id = std::to_string(i)});
  std::string before;
  for (const Logged& event : read_log(http)) {
    EXPECT_LE(before, event.event["recordedtime"].text());
    before = event.event["recordedtime"].text();
  }
}

TEST_F(Event, RoutingFollowsTheTableAndAvailabilityShowsLittle) {
  const Draft booked = {
      .id = "1",
      .type = "slot.booked",
      .subject = "slot:s_1",
      .data =
          R"({"slotId":"s_1","venueId":"v_1","accountId":"holder","start":"2026-11-01T10:00:00Z",)"
          R"("price":{"minor":45000,"currency":"INR"},"status":"BOOKED"})",
      .more = R"(,"actorid":"holder","correlationid":"k")"};
  append_one(http, booked);
  const auto seen_by = [this](const std::string& channel) {
    Session client = session();
    client.subscribe({.channels = {channel}, .from = R"("earliest")"});
    return client.expect_event().event;
  };
  for (const char* channel : {"venue:v_1", "user:holder", "*"}) {
    EXPECT_EQ(seen_by(channel)["data"].raw(), booked.data) << channel;
  }
  const Json shown = seen_by("availability:v_1");
  EXPECT_EQ(shown["data"]["slotId"].text(), "s_1");
  EXPECT_EQ(shown["data"]["price"].raw(), R"({"minor":45000,"currency":"INR"})");
  EXPECT_EQ(shown.raw().find("holder"), std::string_view::npos) << shown.raw();
  EXPECT_FALSE(shown.has("correlationid"));
  // History shows the channel's readers no more than live delivery.
  const std::string page = http.get("/v1/events?channel=availability:v_1", "application/json").body;
  EXPECT_EQ(page.find("accountId"), std::string::npos) << page;
}

}  // namespace
}  // namespace courtside::e2e
