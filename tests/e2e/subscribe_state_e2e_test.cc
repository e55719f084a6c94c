// Goal: a client that asks for states continues whatever retention removed: an unknown state is
// reported as unknown, then the gap and the events follow as usual.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kWithState = R"(,"state":true)";

struct ForgottenSubjects : ServerTest {
  ForgottenSubjects() : ServerTest({"--retention-age", "1s"}) {}

  void tell(const std::string& id, const std::string& subject) {
    append_one(http, {.id = id, .type = "thing.is", .subject = subject, .data = "{}"});
  }
  void forget_all() {
    const auto is_empty = [this] {
      return http.get("/v1/events?limit=1").json()["events"].size() == 0;
    };
    wait_until("retention acts", is_empty, seconds(120));
  }
};

TEST_F(ForgottenSubjects, AreToldAsUnknown) {
  tell("1", "thing:gone");
  const std::string first = read_head_place(http).text();
  tell("2", "thing:gone");
  tell("3", "thing:gone");
  const std::string before = read_head_place(http).text();
  forget_all();
  const std::vector<std::string> channels = {"thing:gone", "thing:none"};

  Session client = session();
  const auto expect_unknown = [&](const std::string& at) {
    const Json state = client.expect("state");
    EXPECT_EQ(state["subject"].text(), "thing:gone");
    EXPECT_EQ(state["position"].text(), at);
    EXPECT_TRUE(state["state"].is_null()) << state.raw();
  };
  client.subscribe({.sub = 1, .channels = channels, .id = 1, .more = kWithState});
  expect_unknown(before);
  client.expect("live");

  // With another epoch, as after a restore.
  const Json subscribed = client.subscribe(
      {.sub = 2, .channels = channels, .from = after("old:7"), .id = 2, .more = kWithState});
  EXPECT_EQ(subscribed["after"].text(), "old:7") << "the gap is still to come";
  const Json gap = client.expect("gap");
  EXPECT_EQ(gap["reason"].text(), "epoch");
  EXPECT_EQ(gap["to"].text(), before);
  expect_unknown(before);
  client.expect("live");

  client.subscribe(
      {.sub = 3, .channels = channels, .from = after(first), .id = 3, .more = kWithState});
  expect_unknown(first);
  EXPECT_EQ(client.expect("gap")["to"].text(), before);
  client.expect("live");

  for (const char* from : {R"("earliest")", R"({"last":5})"}) {
    client.subscribe({.sub = 4, .channels = channels, .from = from, .id = 4, .more = kWithState});
    expect_unknown(before);
    client.expect("live");
    client.say(R"({"type":"unsubscribe","id":5,"sub":4})");
    client.expect("ok");
  }

  tell("4", "thing:gone");
  for (int subscriptions = 0; subscriptions < 3; ++subscriptions) {
    EXPECT_EQ(client.expect_event().event["id"].text(), "4");
  }
}

}  // namespace
}  // namespace courtside::e2e
