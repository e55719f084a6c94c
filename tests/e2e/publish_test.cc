// Goal: a WebSocket publisher gets exactly one true answer per event: its position, that it is a
// duplicate, that the subject has another version, or what is wrong.
#include <set>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using Publish = ServerTest;

TEST_F(Publish, OkTellsPositionAndSubjectVersion) {
  Session client = session();
  const Json first = client.publish(Draft{.id = "1", .subject = "thing:a"}.json());
  EXPECT_EQ(first["type"].text(), "ok");
  EXPECT_EQ(first["position"].text(), client.epoch() + ":1");
  EXPECT_EQ(first["subjectversion"].number(), 1);
  EXPECT_FALSE(first["duplicate"].boolean());
  EXPECT_EQ(
      client.publish(Draft{.id = "2", .subject = "thing:b"}.json())["subjectversion"].number(), 1);
  EXPECT_EQ(
      client.publish(Draft{.id = "3", .subject = "thing:a"}.json())["subjectversion"].number(), 2);
}

TEST_F(Publish, AcknowledgedMeansReadable) {
  Session client = session();
  for (int i = 0; i < 50; ++i) {
    const std::string position =
        client.publish(Draft{.id = std::to_string(i)}.json())["position"].text();
    EXPECT_EQ(http.get("/v1/events/" + position).json()["id"].text(), std::to_string(i));
  }
}

TEST_F(Publish, ARepeatIsADuplicateWhateverElseItCarries) {
  Session client = session();
  const std::string first =
      client.publish(Draft{.id = "1", .subject = "thing:a"}.json())["position"].text();
  client.publish(Draft{.id = "2", .subject = "thing:a"}.json());
  const Draft changed = {.id = "1", .type = "test.other", .subject = "thing:z", .data = "[1]"};
  for (const std::optional<std::uint64_t> expected : {std::optional<std::uint64_t>(), {0}, {77}}) {
    const Json repeat = client.publish(changed.json(), expected);
    EXPECT_EQ(repeat["type"].text(), "ok") << repeat.raw();
    EXPECT_EQ(repeat["position"].text(), first);
    EXPECT_TRUE(repeat["duplicate"].boolean());
    EXPECT_EQ(repeat["subjectversion"].number(), 1);
  }
  // The key is source and id together.
  const Json other = client.publish(Draft{.id = "1", .source = "/other"}.json());
  EXPECT_FALSE(other["duplicate"].boolean());
  EXPECT_EQ(read_log(http).size(), 3u);
}

TEST_F(Publish, ExpectedVersionGuardsASubject) {
  Session client = session();
  EXPECT_EQ(client.publish(Draft{.id = "1"}.json(), 0)["subjectversion"].number(), 1);
  EXPECT_EQ(client.publish(Draft{.id = "2"}.json(), 1)["subjectversion"].number(), 2);
  for (const std::uint64_t stale : {0u, 1u, 3u}) {
    const Json conflict = client.publish(Draft{.id = "3"}.json(), stale);
    EXPECT_EQ(conflict["type"].text(), "error");
    EXPECT_EQ(conflict["code"].text(), "version_conflict");
    EXPECT_EQ(conflict["details"]["current"].number(), 2);
    EXPECT_FALSE(conflict["retryable"].boolean());
  }
  // A refused event does not use up its id.
  EXPECT_FALSE(client.publish(Draft{.id = "3"}.json(), 2)["duplicate"].boolean());
}

TEST_F(Publish, InvalidEventsAreRefusedWithPointers) {
  Session client = session();
  const std::pair<const char*, const char*> broken[] = {
      {R"({"specversion":"1.0","source":"/s","type":"t.x","subject":"a:b"})", "/id"},
      {R"({"specversion":"1.0","id":"","source":"/s","type":"t.x","subject":"a:b"})", "/id"},
      {R"({"specversion":"1.0","id":"1","type":"t.x","subject":"a:b"})", "/source"},
      {R"({"specversion":"1.0","id":"1","source":"/s","subject":"a:b"})", "/type"},
      {R"({"specversion":"1.0","id":"1","source":"/s","type":5,"subject":"a:b"})", "/type"},
      {R"({"specversion":"1.0","id":"1","source":"/s","type":"t.x"})", "/subject"},
      {R"({"specversion":"1.0","id":"1","source":"/s","type":"t.x","subject":"nocolon"})",
       "/subject"},
      {R"({"specversion":"0.3","id":"1","source":"/s","type":"t.x","subject":"a:b"})",
       "/specversion"},
      {R"({"specversion":"1.0","id":"1","source":"/s","type":"t.x","subject":"a:b","time":"now"})",
       "/time"},
      {R"({"specversion":"1.0","id":"1","source":"/s","type":"t.x","subject":"a:b","channels":["x"]})",
       "/channels/0"},
  };
  for (const auto& [event, pointer] : broken) {
    const Json error = client.publish(event);
    EXPECT_EQ(error["code"].text(), "invalid_event") << event;
    EXPECT_EQ(error["details"]["errors"].at(0)["pointer"].text(), pointer) << error.raw();
    EXPECT_FALSE(error["details"]["errors"].at(0)["detail"].text().empty());
  }
  EXPECT_EQ(client.publish("17")["type"].text(), "error");
  EXPECT_TRUE(read_log(http).empty());
}

TEST_F(Publish, CatalogueTypesAreCheckedAtTheDoor) {
  Session client = session();
  const auto booking = [](const std::string& data) {
    return Draft{.id = "1", .type = "booking.created", .subject = "booking:b_1", .data = data}
        .json();
  };
  for (const char* data : {R"({"bookingId":"b_2"})", R"({"venueId":"v_1"})",
                           R"({"bookingId":"b_1","start":"tomorrow"})",
                           R"({"bookingId":"b_1","amount":450})", R"({"bookingId":7})", "[]"}) {
    EXPECT_EQ(client.publish(booking(data))["code"].text(), "invalid_event") << data;
  }
  EXPECT_EQ(client.publish(booking(R"({"bookingId":"b_1","novel":[1]})"))["type"].text(), "ok");
}

TEST_F(Publish, APublishWithoutIdOrEventIsABadRequest) {
  Session client = session();
  client.say(R"({"type":"publish","event":)" + Draft{.id = "1"}.json() + "}");
  client.expect_error("bad_request");
  client.say(R"({"type":"publish","id":5})");
  EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 5);
  client.say(R"({"type":"publish","id":6,"expectedversion":-1,"event":)" + Draft{.id = "1"}.json() +
             "}");
  EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 6);
  EXPECT_TRUE(read_log(http).empty());
}

TEST_F(Publish, EachOfManyInFlightIsAnsweredOnce) {
  Session client = session();
  constexpr int kCount = 1000;
  for (int i = 1; i <= kCount; ++i) {
    client.say(R"({"type":"publish","id":)" + std::to_string(i) + R"(,"event":)" +
               Draft{.id = std::to_string(i)}.json() + "}");
  }
  std::set<std::int64_t> answered;
  for (int i = 1; i <= kCount; ++i) {
    const Json ok = client.expect("ok");
    // Publishes of one connection enter the log in the order sent.
    EXPECT_EQ(Place::parse(ok["position"].text()).offset,
              static_cast<std::uint64_t>(ok["id"].number()));
    EXPECT_TRUE(answered.insert(ok["id"].number()).second);
  }
}

TEST_F(Publish, APublisherHearsItsOwnEventsToo) {
  Session client = session();
  client.subscribe({});
  client.expect("live");
  client.say(R"({"type":"publish","id":2,"event":)" + Draft{.id = "mine"}.json() + "}");
  const Json ok = client.await("ok");  // the author is answered before the subscribers
  EXPECT_EQ(client.expect_event().place.text(), ok["position"].text());
}

TEST_F(Publish, AnEventMayBeAsLargeAsMaxeventHoweverItComes) {
  const std::string large = json_string(std::string(200'000, 'x'));
  const std::string position = append_one(http, {.id = "1", .data = large});
  Session client = session();
  client.subscribe({.from = R"("earliest")"});
  EXPECT_EQ(client.expect_event().event["data"].raw(), large);

  const HttpResponse refused =
      http.post("/v1/events", std::string(kOneEvent),
                Draft{.id = "2", .data = json_string(std::string(270'000, 'x'))}.json());
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.json()["code"].text(), "payload_too_large");
}

}  // namespace
}  // namespace courtside::e2e
