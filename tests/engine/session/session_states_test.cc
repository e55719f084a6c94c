// Goal: however many states a client asks for, they are made for one subscription at a time, and
// for nobody who leaves what it was sent lying about.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/engine/support/session_test.h"

namespace courtside {
namespace {

using fixtures::SessionTest;

struct SessionStates : SessionTest {
  void subscribe(int sub) {
    const std::string number = std::to_string(sub);
    say(R"({"type":"subscribe","id":)" + number + R"(,"sub":)" + number +
        R"(,"channels":["a:1"],"state":true})");
  }
  void unsubscribe(int sub) {
    say(R"({"type":"unsubscribe","id":9,"sub":)" + std::to_string(sub) + "}");
  }
  // The types of what the client heard since, each with its subscription.
  std::string told() {
    std::string types;
    for (const std::string& line : lines()) {
      const std::size_t at = line.find("\"sub\":");
      types.append(types.empty() ? "" : " ").append(line.substr(9, line.find('"', 9) - 9));
      if (at != std::string::npos) types.append(line.substr(at + 6, 1));
    }
    return types;
  }
  std::vector<std::string> lines() {
    std::vector<std::string> all;
    std::istringstream text(take());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
};

TEST_F(SessionStates, AreMadeForOneSubscriptionAtATimeAndInTheirOrder) {
  hello();
  for (const int sub : {3, 1, 2}) subscribe(sub);
  EXPECT_EQ(states_asked.size(), 1u);
  EXPECT_EQ(told(), "");
  answer_states();
  EXPECT_EQ(told(), "subscribed3 state3 live3");
  EXPECT_EQ(states_asked.size(), 1u);
  answer_states();
  answer_states();
  EXPECT_EQ(told(), "subscribed1 state1 live1 subscribed2 state2 live2");
  EXPECT_EQ(states_asked.size(), 0u);
}

// A client that subscribes and unsubscribes, and never reads, was sent 4 MiB for each pair.
TEST_F(SessionStates, AreNotMadeForWhoTakesNothing) {
  hello();
  subscribe(1);
  answer_states();
  is_congested = true;
  for (int i = 0; i < 100; ++i) {
    unsubscribe(1);
    subscribe(1);
  }
  EXPECT_EQ(states_asked.size(), 0u);
  take();
  is_congested = false;
  session->on_drained();
  answer_states();
  EXPECT_EQ(told(), "subscribed1 state1 live1");
  EXPECT_EQ(states_asked.size(), 0u);
}

TEST_F(SessionStates, AreNotAwaitedByWhoHasGone) {
  hello();
  subscribe(1);
  subscribe(2);
  const StatesAsked first = states_asked.front();
  EXPECT_TRUE(session->awaits_states(1, first.attempt));
  unsubscribe(1);
  EXPECT_FALSE(session->awaits_states(1, first.attempt));
  subscribe(1);
  EXPECT_FALSE(session->awaits_states(1, first.attempt)) << "another one has its number";
  EXPECT_EQ(told(), "error ok");
  answer_states();
  EXPECT_EQ(told(), "");
  answer_states();
  answer_states();
  EXPECT_EQ(told(), "subscribed2 state2 live2 subscribed1 state1 live1");
}

TEST_F(SessionStates, AreAskedForAnewWhenARightChanged) {
  identity = Identity{.kind = Identity::Kind::kAccount, .actor = "42"};
  hello();
  subscribe(1);
  const std::uint64_t attempt = states_asked.front().attempt;
  session->on_rights_change({.fact = {FactKind::kAccount, "42"}, .ends_rights = true}, false);
  EXPECT_FALSE(session->awaits_states(1, attempt));
  answer_states();
  EXPECT_EQ(told(), "") << "it may show what may be read no more";
  ASSERT_EQ(states_asked.size(), 1u);
  EXPECT_TRUE(session->awaits_states(1, states_asked.front().attempt));
  session->drain(0, 1012);
  EXPECT_FALSE(session->awaits_states(1, states_asked.front().attempt));
}

// Story: a client filled its queue, subscribed, read nothing for hours and was then told what it
// might read no more: only those that had begun were looked at again without cause.
struct LongWaitingStates : SessionStates {
  void SetUp() override {
    SessionStates::SetUp();
    limits.heartbeat_ms = 1'000'000;  // no `ping` among what is told
  }

  // Subscriptions of a client that takes nothing.
  void wait(const std::vector<int>& subs) {
    hello();
    is_congested = true;
    for (const int sub : subs) subscribe(sub);
    asked.clear();
  }
  void time_passes() {
    now_ms += limits.recheck_ms;
    session->on_tick(now_ms, {.received_ms = now_ms});
  }
  void go_on() {
    is_congested = false;
    session->on_drained();
  }

  std::uint64_t now_ms = 0;
};

TEST_F(LongWaitingStates, AreNotMadeByARightThatHasEnded) {
  wait({1, 2});
  grant = fail(Code::forbidden, "no more");
  time_passes();
  go_on();
  EXPECT_EQ(states_asked.size(), 0u);
  EXPECT_EQ(told(), "error error");
}

TEST_F(LongWaitingStates, AreMadeByARightThatIsStillThereAndTracedOnce) {
  grant->audited = true;
  wait({1, 2});
  time_passes();
  time_passes();
  EXPECT_EQ(asked.size(), 4u);
  commit(1, "a:1");
  go_on();
  EXPECT_EQ(states_asked.front().start.next, Offset(1)) << "they begin where they were to begin";
  answer_states();
  answer_states();
  EXPECT_EQ(traces.size(), 2u);
  const std::string heard_in_order = told();
  EXPECT_EQ(heard_in_order.find("subscribed1 state1"), 0u) << heard_in_order;
  EXPECT_NE(heard_in_order.find("subscribed2 state2"), std::string::npos) << heard_in_order;
}

TEST_F(LongWaitingStates, WaitForTheAnswerWhetherTheRightIsStillThere) {
  wait({1, 2});
  answers_later = true;
  time_passes();
  go_on();
  EXPECT_EQ(states_asked.size(), 0u);
  session->on_read_checked(2, attempts.back(), grant);
  answer_states();
  EXPECT_EQ(told(), "subscribed2 state2 live2");
  session->on_read_checked(1, attempts[attempts.size() - 2], grant);
  answer_states();
  EXPECT_EQ(told(), "subscribed1 state1 live1");
}

// Or those that take longer to read would be read again and again.
TEST_F(LongWaitingStates, ThatAreBeingReadAreOfUseStill) {
  hello();
  subscribe(1);
  time_passes();
  answer_states();
  EXPECT_EQ(told(), "subscribed1 state1 live1");
  asked.clear();
  time_passes();
  EXPECT_EQ(asked.size(), 1u);
}

}  // namespace
}  // namespace courtside
