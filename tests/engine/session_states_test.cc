// Goal: however many states a client asks for, they are made for one subscription at a time, and
// for nobody who leaves what it was sent lying about.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/engine/support/session_test.h"

namespace courtside {
namespace {

using testing::SessionTest;

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

}  // namespace
}  // namespace courtside
