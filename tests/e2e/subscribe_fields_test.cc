// Goal: a subscription with `fields` gets these fields of each event and nothing else, live,
// replayed, with a state, a filter and a resume, in JSON and in FlatBuffers; streams have no such
// thing.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kFields = R"(,"fields":["id","subject","data"])";

struct SubscribeFields : ServerTest {
  static std::string expected(const Draft& draft) {
    return R"({"id":")" + draft.id + R"(","subject":")" + draft.subject + R"(","data":)" +
           draft.data + "}";
  }
};

TEST_F(SubscribeFields, AreAllThatIsSent) {
  // Spaces, an unusual number and an escape: data is as it was published.
  const Draft first{.id = "1", .data = R"({ "n" : 1e400, "t":"\u0041" })"};
  const Draft second{.id = "2", .subject = "booking:b_1", .data = "[1]"};
  append_one(http, first);
  Session client = session();
  client.subscribe({.from = R"("earliest")", .more = kFields});
  const Delivered replayed = client.expect_event();
  EXPECT_EQ(replayed.event.raw(), expected(first));
  EXPECT_EQ(replayed.place.offset, 1u);
  client.expect("live");
  append_one(http, second);
  EXPECT_EQ(client.expect_event().event.raw(), expected(second));

  // Another subscription of the same session is not affected, and a resume is as the beginning.
  client.subscribe({.sub = 2, .from = after(replayed.place.text()), .id = 2});
  EXPECT_EQ(client.expect_event().event["type"].text(), "test.happened");
  client.expect("live");
  client.subscribe({.sub = 3, .from = after(replayed.place.text()), .id = 3, .more = kFields});
  EXPECT_EQ(client.expect_event().event.raw(), expected(second));
}

TEST_F(SubscribeFields, GoWithFiltersStatesAndPatterns) {
  append(http, {{.id = "1", .subject = "thing:t_1", .data = R"({"a":1})"},
                {.id = "2", .type = "other.kind", .subject = "thing:t_1", .data = R"({"b":2})"}});
  Session client = session();
  client.subscribe({.channels = {"thing:*"},
                    .from = R"("earliest")",
                    .types = {"other.*"},
                    .more = R"(,"fields":["data"])"});
  EXPECT_EQ(client.expect_event().event.raw(), R"({"data":{"b":2}})");
  client.expect("live");
  client.subscribe(
      {.sub = 2, .channels = {"thing:t_1"}, .id = 2, .more = R"(,"state":true,"fields":["data"])"});
  EXPECT_EQ(client.expect("state")["state"]["version"].number(), 2) << "a state is whole";
}

TEST_F(SubscribeFields, MayBeNamesThatAnEventDoesNotHave) {
  append_one(http, {.id = "1", .more = R"(,"tenant":"t_7")"});
  append_one(http, {.id = "2"});
  Session client = session();
  client.subscribe({.from = R"("earliest")", .more = R"(,"fields":["tenant"])"});
  EXPECT_EQ(client.expect_event().event.raw(), R"({"tenant":"t_7"})");
  EXPECT_EQ(client.expect_event().event.raw(), "{}");
}

TEST_F(SubscribeFields, ThatCannotBeAreRefusedAndTheSessionGoesOn) {
  Session client = session();
  for (const char* fields : {"[]", R"(["Data"])", R"(["data.price"])", R"(["id",1])", R"("id")"}) {
    client.say(subscribe_message({.more = std::string(",\"fields\":") + fields}));
    client.expect_error("bad_request");
  }
  client.subscribe({.more = kFields});
  client.expect("live");
}

TEST_F(SubscribeFields, AreOfSessionsOnly) {
  append_one(http, {.id = "1"});
  EXPECT_EQ(http.get("/v1/events?channel=thing:t_1&fields=id").status, 400);
}

}  // namespace
}  // namespace courtside::e2e
