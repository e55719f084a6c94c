// Goal: an event whose type is a misspelling of a catalogue type, or a name of the server's own
// messages, is refused.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using EventTypes = ServerTest;

Draft booking(const std::string& type) {
  return {.id = type, .type = type, .subject = "booking:b_1", .data = R"({"bookingId":"b_1"})"};
}

HttpResponse post(HttpClient& http, std::string_view media, std::string body) {
  return http.post("/v1/events", std::string(media), std::move(body));
}

TEST_F(EventTypes, AMisspeltTypeIsRefusedWithTheOneThatWasMeant) {
  const HttpResponse one = post(http, kOneEvent, booking("booking.canceled").json());
  EXPECT_EQ(one.status, 422);
  EXPECT_EQ(one.json()["errors"].at(0)["pointer"].text(), "/type");
  EXPECT_NE(one.body.find("booking.cancelled"), std::string::npos) << one.body;

  const HttpResponse batch =
      post(http, kBatch, batch_json({booking("booking.created"), booking("bookings.confirmed")}));
  EXPECT_EQ(batch.status, 422);
  EXPECT_EQ(batch.json()["errors"].at(0)["pointer"].text(), "/1/type");

  const HttpResponse binary = http.post("/v1/events", "application/json", R"({"bookingId":"b_1"})",
                                        {{"ce-specversion", "1.0"},
                                         {"ce-id", "binary"},
                                         {"ce-source", "/e2e"},
                                         {"ce-type", "booking.Canceled"},
                                         {"ce-subject", "booking:b_1"}});
  EXPECT_EQ(binary.status, 422);

  Session client = session();
  client.say(R"({"type":"publish","id":7,"event":)" + booking("booking.cancel").json() + "}");
  EXPECT_EQ(client.expect_error("invalid_event")["id"].number(), 7);
  EXPECT_TRUE(read_log(http).empty());
}

// An event that ends rights must name the account: an accepted revocation that revokes nothing
// would mislead its sender.
TEST_F(EventTypes, AnEventThatEndsRightsSaysWhose) {
  const Draft drafts[] = {{.id = "1",
                           .type = "session.revoked",
                           .subject = "session:s1",
                           .data = R"({"sessionId":"s1"})"},
                          {.id = "2",
                           .type = "session.revoked",
                           .subject = "session:s1",
                           .data = R"({"sessionId":"s1","accountId":null})"},
                          {.id = "3",
                           .type = "venue.staff_removed",
                           .subject = "venue:v1",
                           .data = R"({"venueId":"v1"})"},
                          {.id = "4",
                           .type = "chat.participant_removed",
                           .subject = "chat:r1",
                           .data = R"({"roomId":"r1"})"}};
  Session client = session();
  for (const Draft& draft : drafts) {
    const HttpResponse one = post(http, kOneEvent, draft.json());
    EXPECT_EQ(one.status, 422) << draft.json();
    EXPECT_EQ(one.json()["errors"].at(0)["pointer"].text(), "/data/accountId");
    EXPECT_NE(one.body.find("nobody's rights would change"), std::string::npos) << one.body;
    client.say(R"({"type":"publish","id":7,"event":)" + draft.json() + "}");
    client.expect_error("invalid_event");
  }
  EXPECT_TRUE(read_log(http).empty());
  Draft whole = drafts[0];
  whole.data = R"({"sessionId":"s1","accountId":"42"})";
  EXPECT_EQ(post(http, kOneEvent, whole.json()).status, 200);
}

TEST_F(EventTypes, NewTypesOfAFamilyPass) {
  for (const char* type : {"booking.cancelled", "booking.refund_estimated", "ticket.reopened"}) {
    EXPECT_EQ(post(http, kOneEvent,
                   Draft{.id = type,
                         .type = type,
                         .subject = "booking:b_1",
                         .data = R"({"bookingId":"b_1"})"}
                       .json())
                  .status,
              200)
        << type;
  }
}

TEST_F(EventTypes, TypesOfTheServersOwnMessagesAreReserved) {
  for (const char* type : {"gap", "courtside.gap", "courtside.anything", "error", "open"}) {
    const HttpResponse answer = post(http, kOneEvent, Draft{.id = type, .type = type}.json());
    EXPECT_EQ(answer.status, 422) << type;
    EXPECT_NE(answer.body.find("reserved"), std::string::npos) << answer.body;
  }
  append_one(http, {.id = "1", .type = "gap.closed"});
}

TEST_F(EventTypes, AnEmptyListOfTypesIsNoFilter) {
  Session client = session();
  client.say(R"({"type":"subscribe","id":1,"sub":1,"channels":["*"],"types":[]})");
  EXPECT_EQ(client.expect_error("bad_request")["id"].number(), 1);
  client.say(R"({"type":"subscribe","id":2,"sub":1,"channels":["*"]})");
  client.expect("subscribed");
}

TEST_F(EventTypes, WhoTakesNoCodingThatWeKnowGetsPlainBytes) {
  append_one(http, {.id = "1"});
  for (const char* coding : {"identity;q=0", "*;q=0", "br, identity;q=0"}) {
    const HttpResponse page =
        http.send({.target = "/v1/events", .headers = {{"Accept-Encoding", coding}}});
    EXPECT_EQ(page.header("content-encoding"), "") << coding;
    EXPECT_EQ(page.json()["events"].size(), 1u) << coding;
  }
}

struct SimilarTypesAllowed : ServerTest {
  SimilarTypesAllowed() : ServerTest({"--allow-similar-types", "true"}) {}
};

TEST_F(SimilarTypesAllowed, PassAsTheyAre) {
  EXPECT_EQ(post(http, kOneEvent, booking("booking.canceled").json()).status, 200);
  EXPECT_EQ(post(http, kOneEvent, Draft{.id = "1", .type = "gap"}.json()).status, 422);
}

}  // namespace
}  // namespace courtside::e2e
