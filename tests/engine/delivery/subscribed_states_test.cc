// Goal: what a subscription's subjects were is told to whoever subscribes: once made, it is made
// for all of them, and what nobody can tell any more is told as that.
#include "engine/delivery/subscribed_states.h"

#include <gtest/gtest.h>

#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

using fixtures::SmallLog;

struct SubscribedStatesTest : ::testing::Test {
  // "subject@position state ..."
  std::string told(std::vector<std::string> channels, std::uint64_t at) {
    auto interest = std::make_shared<Interest>();
    interest->filter.channels = std::move(channels);
    SubscribedStates states(projections, interest, Offset(at));
    Result<bool> done = false;
    for (pieces = 0; done && !*done; ++pieces) {
      done = states.read_on(small.log, reader, scanned_max);
    }
    if (!done) return std::string(info(done.error().code).name);
    std::string text;
    for (const protocol::State& state : states.states()) {
      text.append(text.empty() ? "" : " ").append(state.subject).append("@");
      text.append(state.position).append(" ").append(state.state);
    }
    return text;
  }

  SmallLog small;  // of events of thing:1
  Projections projections;
  StateReader reader{small.log, small.pages, nullptr};
  std::uint64_t scanned_max = 1000;
  int pieces = 0;
};

TEST_F(SubscribedStatesTest, AreMadePieceByPiece) {
  small.commit(300, "thing:1");
  const std::string state = told({"thing:1"}, 300);
  EXPECT_EQ(pieces, 1);
  scanned_max = 50;
  EXPECT_EQ(told({"thing:1"}, 299).substr(0, 16), "thing:1@e:299 {\"");
  EXPECT_EQ(pieces, 6);
  // Many short ones are not one piece either.
  std::vector<std::string> channels = {"thing:1"};
  for (int i = 2; i < 20; ++i) channels.push_back("thing:" + std::to_string(i));
  EXPECT_EQ(told(channels, 300), state);
  EXPECT_EQ(pieces, 5);
}

TEST_F(SubscribedStatesTest, AreMadeOnceForAllWhoSubscribe) {
  small.commit(300, "thing:1");
  const std::string state = told({"user:1", "thing:1"}, 300);
  EXPECT_EQ(state.substr(0, 16), "thing:1@e:300 {\"");
  const std::uint64_t read = small.pages.records_read();
  EXPECT_EQ(told({"thing:1", "user:2"}, 300), state);
  EXPECT_EQ(told({"thing:1"}, 300), state);
  EXPECT_EQ(small.pages.records_read(), read);
}

TEST_F(SubscribedStatesTest, AreWhatTheirOwnChannelShows) {
  small.commit({{"thing:1"}, {"user:1"}, {"ops:1"}});
  const auto version = [](const std::string& text) { return text.substr(text.find("\"version")); };
  EXPECT_EQ(version(told({"user:1", "thing:1"}, 3)), "\"version\":1}");
  EXPECT_EQ(version(told({"*", "thing:1"}, 3)), "\"version\":3}");
  EXPECT_EQ(told({"user:1", "thing:2", "thing:*"}, 3), "");
  EXPECT_EQ(told({"thing:1"}, 0), "");
}

TEST_F(SubscribedStatesTest, WhatNobodyCanTellIsNull) {
  small.commit(3, "thing:1");
  small.drop_below(4);
  EXPECT_EQ(told({"user:1", "thing:1"}, 3), "thing:1@e:3 null");
  small.commit(1, "thing:1");
  EXPECT_EQ(told({"thing:1"}, 2), "thing:1@e:2 null");
  EXPECT_EQ(told({"thing:1"}, 4).substr(0, 14), "thing:1@e:4 {\"");
}

}  // namespace
}  // namespace courtside
