// Goal: callers without a token cannot take more than their address may have, in whatever they hold
// it: sessions, streams, subscriptions or channels. What ends is free again.
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/admission_fixture.h"

namespace courtside::e2e {
namespace {

class Anonymous : public AdmissionTest {
 protected:
  Anonymous()
      : AdmissionTest({"--limits-anonymous-sessions", "3", "--limits-anonymous-subscriptions", "5",
                       "--limits-anonymous-channels", "50"}) {}

  static std::vector<std::string> channels(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back("availability:v_" + std::to_string(i));
    return names;
  }

  // The code of the refusal, or "subscribed".
  static std::string subscribe(Session& session, int sub, int count) {
    session.say(subscribe_message({.sub = sub, .channels = channels(count), .id = sub}));
    for (;;) {
      const Json answer = session.next();
      if (answer["type"].text() == "live") return "subscribed";
      if (answer["type"].text() == "error") return answer["code"].text();
    }
  }

  int stream_status(const std::string& query) {
    return SseClient(port(), "/v1/events?" + query).head().status;
  }
};

TEST_F(Anonymous, SessionsAndStreamsOfOneAddress) {
  Session first(port());
  Session second(port());
  auto stream = std::make_unique<SseClient>(port(), "/v1/events?channel=availability:v_1");
  EXPECT_EQ(stream->head().status, 200);
  Session third = Session::silent(port());
  third.say(R"({"type":"hello"})");
  EXPECT_EQ(third.read_to_end().code, 4429);
  EXPECT_EQ(stream_status("channel=availability:v_1"), 429);
  EXPECT_EQ(http.get("/v1/events?channel=availability:v_1").status, 200)
      << "plain requests are no sessions";

  Session elsewhere(port(), {.from = kElsewhere});
  Session account(port(), {.headers = bearer(token)});
  stream.reset();
  wait_until("the place is free",
             [this] { return stream_status("channel=availability:v_1") == 200; });
}

TEST_F(Anonymous, ChannelsOfOneAddressOverAllItsSessions) {
  Session first(port());
  EXPECT_EQ(subscribe(first, 1, 30), "subscribed");
  Session second(port());
  EXPECT_EQ(subscribe(second, 1, 21), "rate_limited");
  EXPECT_EQ(subscribe(second, 1, 20), "subscribed");
  EXPECT_EQ(stream_status("channel=availability:v_1"), 429);
  Session elsewhere(port(), {.from = kElsewhere});
  EXPECT_EQ(subscribe(elsewhere, 1, 50), "subscribed");

  first.say(R"({"type":"unsubscribe","id":9,"sub":1})");
  EXPECT_EQ(first.expect("ok")["id"].number(), 9);
  EXPECT_EQ(subscribe(second, 2, 30), "subscribed");
}

TEST_F(Anonymous, SubscriptionsOfOneAddressOverAllItsSessions) {
  Session first(port());
  for (int sub = 1; sub <= 4; ++sub) EXPECT_EQ(subscribe(first, sub, 1), "subscribed");
  auto stream = std::make_unique<SseClient>(port(), "/v1/events?channel=availability:v_1");
  EXPECT_EQ(stream->head().status, 200);
  EXPECT_EQ(subscribe(first, 5, 1), "rate_limited");
  stream.reset();
  wait_until("the place is free", [&] { return subscribe(first, 5, 1) == "subscribed"; });
  first.ws().socket().close();
  Session second(port());
  wait_until("its places are free", [&] { return subscribe(second, 1, 1) == "subscribed"; });
}

TEST_F(Anonymous, AccountsHaveNoSuchLimit) {
  Session session(port(), {.headers = bearer(token)});
  for (int sub = 1; sub <= 8; ++sub) EXPECT_EQ(subscribe(session, sub, 20), "subscribed");
}

}  // namespace
}  // namespace courtside::e2e
