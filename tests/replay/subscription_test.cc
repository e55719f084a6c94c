// Goal: a subscriber gets every offset once, in order, from the log or from the commits, and a gap
// exactly when something was lost to it, before anything later.
#include "replay/subscription.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/replay/support/offsets.h"

namespace courtside {
namespace {

std::string describe(const Step& step) {
  static const char* const kWords[] = {"wait", "read", "gap", "live", "deliver", "behind"};
  std::string text = kWords[static_cast<int>(step.kind)];
  if (step.kind == Step::Kind::kWait) return text;
  text += " " + std::to_string(step.range.begin.value());
  if (step.range.empty()) return text;
  return text + ".." + std::to_string(step.range.end.value());
}

// A subscription over a log without drops, unless the test makes some.
class Client {
 public:
  Client(std::uint64_t next, OffsetRange held) : subscription_(Offset(next), held), held_(held) {}

  std::string step() { return describe(subscription_.next_step()); }
  std::string commit(std::uint64_t begin, std::uint64_t end) {
    held_.end = Offset(end);
    return describe(subscription_.on_commit(range(begin, end), held_));
  }
  std::string drop(std::uint64_t below) {
    held_.begin = Offset(below);
    return describe(subscription_.on_commit({held_.end, held_.end}, held_));
  }
  std::string page_read(std::uint64_t begin, std::uint64_t end) {
    return describe(subscription_.on_page_read(range(begin, end)));
  }
  // Delivers the page and asks for the next step.
  std::string page_sent(std::uint64_t end) {
    subscription_.on_page(Offset(end));
    return step();
  }
  std::string congestion(bool congested) {
    subscription_.on_congestion(congested);
    return step();
  }
  Subscription& subscription() { return subscription_; }

 private:
  Subscription subscription_;
  OffsetRange held_;
};

TEST(Subscription, FromNowIsLiveAtOnce) {
  Client client(18, range(1, 18));
  EXPECT_EQ(client.step(), "live 18");
  EXPECT_TRUE(client.subscription().live());
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.commit(18, 20), "deliver 18..20");
  EXPECT_EQ(client.commit(20, 21), "deliver 20..21");
  EXPECT_EQ(client.subscription().next(), Offset(21));
}

TEST(Subscription, CatchesUpPageByPageThenGoesLive) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.step(), "wait");  // one read at a time
  EXPECT_TRUE(client.subscription().reading());
  EXPECT_EQ(client.page_read(5, 9), "wait");
  EXPECT_EQ(client.page_sent(9), "read 9..18");
  EXPECT_EQ(client.page_read(9, 18), "wait");
  EXPECT_EQ(client.page_sent(18), "live 18");
}

// The hand-off: a commit during the last page is neither lost nor repeated.
TEST(Subscription, ACommitDuringTheLastPageIsReadFromTheLog) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.commit(18, 19), "wait");
  EXPECT_EQ(client.page_read(5, 18), "wait");
  EXPECT_EQ(client.commit(19, 20), "wait");
  EXPECT_EQ(client.page_sent(18), "read 18..20");
  EXPECT_EQ(client.page_read(18, 20), "wait");
  EXPECT_EQ(client.page_sent(20), "live 20");
  EXPECT_EQ(client.commit(20, 22), "deliver 20..22");
}

TEST(Subscription, ASlowReaderFallsBehindAndIsFedFromTheLog) {
  Client client(12, range(1, 12));
  EXPECT_EQ(client.step(), "live 12");
  EXPECT_EQ(client.commit(12, 13), "deliver 12..13");
  EXPECT_EQ(client.congestion(true), "wait");
  EXPECT_EQ(client.commit(13, 20), "behind 13..20");  // nothing is queued
  EXPECT_FALSE(client.subscription().live());
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.commit(20, 30), "wait");
  EXPECT_EQ(client.congestion(false), "read 13..30");
  EXPECT_EQ(client.page_read(13, 30), "wait");
  EXPECT_EQ(client.page_sent(30), "live 30");
}

TEST(Subscription, ASlowReaderOfAQuietLogStaysLive) {
  Client client(12, range(1, 12));
  EXPECT_EQ(client.step(), "live 12");
  EXPECT_EQ(client.congestion(true), "wait");
  EXPECT_EQ(client.drop(3), "wait");  // an empty commit concerns no subscriber
  EXPECT_EQ(client.congestion(false), "wait");
  EXPECT_EQ(client.commit(12, 14), "deliver 12..14");
}

TEST(Subscription, CongestionInMidPageKeepsWhatWasNotHandedOut) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.page_read(5, 18), "wait");
  client.subscription().on_congestion(true);
  EXPECT_EQ(client.page_sent(7), "wait");
  EXPECT_EQ(client.congestion(false), "read 7..18");
  EXPECT_EQ(client.page_read(7, 18), "wait");
  EXPECT_EQ(client.page_sent(7), "read 7..18");  // not even one fitted
}

TEST(Subscription, ACongestedOneDoesNotGoLive) {
  Client client(18, range(1, 18));
  client.subscription().on_congestion(true);
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.commit(18, 19), "wait");
  EXPECT_EQ(client.congestion(false), "read 18..19");
}

TEST(Subscription, AGapIsToldBeforeAnythingLater) {
  Client client(5, range(9, 18));
  EXPECT_EQ(client.step(), "gap 5..9");
  EXPECT_EQ(client.step(), "read 9..18");
}

TEST(Subscription, EverythingItWantedMayBeGone) {
  Client client(5, range(18, 18));
  EXPECT_EQ(client.step(), "gap 5..18");
  EXPECT_EQ(client.step(), "live 18");
}

TEST(Subscription, TheFirstHeldOffsetIsNoGap) {
  Client client(9, range(9, 18));
  EXPECT_EQ(client.step(), "read 9..18");
}

TEST(Subscription, RetentionOvertakesItBetweenTwoPages) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.drop(12), "wait");
  EXPECT_EQ(client.page_read(5, 9), "wait");  // it was read before the drop: nothing of it is lost
  EXPECT_EQ(client.page_sent(9), "gap 9..12");
  EXPECT_EQ(client.step(), "read 12..18");
}

TEST(Subscription, RetentionOvertakesItDuringARead) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.page_read(12, 15), "gap 5..12");  // before the page's events
  EXPECT_EQ(client.drop(12), "wait");                // the shard learns of it later: no second gap
  EXPECT_EQ(client.page_sent(15), "read 15..18");
}

// The gap was reported; then the page itself was dropped.
TEST(Subscription, AGapThatWasToldIsNotToldAgain) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.page_read(12, 15), "gap 5..12");
  EXPECT_EQ(client.subscription().next(), Offset(12));
  client.subscription().on_read_failed();
  EXPECT_EQ(client.drop(12), "wait");
  EXPECT_EQ(client.step(), "read 12..18");
}

TEST(Subscription, APageOfWhichNothingIsLeft) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.page_read(18, 18), "gap 5..18");
  EXPECT_EQ(client.page_sent(18), "live 18");
}

// Retention during congestion costs the reader one message, not one for each step.
TEST(Subscription, ACongestedOneHearsOfOneGapInTheEnd) {
  Client client(5, range(1, 18));
  client.subscription().on_congestion(true);
  EXPECT_EQ(client.drop(7), "wait");
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.drop(9), "wait");
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.congestion(false), "gap 5..9");
}

TEST(Subscription, ALiveOneNeverHearsOfAGap) {
  Client client(18, range(1, 18));
  EXPECT_EQ(client.step(), "live 18");
  EXPECT_EQ(client.drop(18), "wait");
  EXPECT_EQ(client.step(), "wait");
  // Commits that do not concern it were not passed to it; retention has passed its offset
  // meanwhile.
  EXPECT_EQ(describe(client.subscription().on_commit(range(40, 41), range(39, 41))),
            "deliver 40..41");
  EXPECT_EQ(client.step(), "wait");
}

TEST(Subscription, ALiveOneNeedNotBeOfferedWhatDoesNotConcernIt) {
  Client client(18, range(1, 18));
  EXPECT_EQ(client.step(), "live 18");
  EXPECT_EQ(client.commit(30, 31), "deliver 30..31");
  client.subscription().on_congestion(true);
  EXPECT_EQ(client.commit(50, 51), "behind 50..51");
  EXPECT_EQ(client.congestion(false), "read 50..51");
}

TEST(Subscription, ALargeCommitMayComeInPieces) {
  Client client(18, range(1, 18));
  EXPECT_EQ(client.step(), "live 18");
  const OffsetRange held = range(1, 118);
  EXPECT_EQ(describe(client.subscription().on_commit(range(18, 60), held)), "deliver 18..60");
  client.subscription().on_congestion(true);
  EXPECT_EQ(describe(client.subscription().on_commit(range(60, 118), held)), "behind 60..118");
  EXPECT_EQ(client.congestion(false), "read 60..118");
}

// The client got event 20 from a shard that is faster than this one.
TEST(Subscription, AheadOfItsShardItWaits) {
  Client client(21, range(1, 18));
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.commit(18, 20), "wait");
  EXPECT_EQ(client.step(), "wait");
  EXPECT_EQ(client.commit(20, 21), "wait");
  EXPECT_EQ(client.step(), "live 21");
  EXPECT_EQ(client.commit(21, 22), "deliver 21..22");
}

TEST(Subscription, AFailedReadIsAskedForAgain) {
  Client client(5, range(1, 18));
  EXPECT_EQ(client.step(), "read 5..18");
  client.subscription().on_read_failed();
  EXPECT_FALSE(client.subscription().reading());
  EXPECT_EQ(client.step(), "read 5..18");
  EXPECT_EQ(client.page_read(5, 18), "wait");
  client.subscription().on_read_failed();  // dropped before any of it was sent
  EXPECT_EQ(client.step(), "read 5..18");
}

using SubscriptionDeathTest = testing::Test;

TEST(SubscriptionDeathTest, WhatOnlyWeCanDoWrongIsCaught) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto live = [] {
    Client client(18, range(1, 18));
    client.step();
    return client;
  };
  EXPECT_DEATH(live().commit(17, 19), "check failed");  // it already had 17
  EXPECT_DEATH(live().page_read(18, 19), "check failed");
  EXPECT_DEATH(live().subscription().on_page(Offset(18)), "check failed");
  EXPECT_DEATH(live().subscription().on_commit(range(18, 20), range(1, 19)), "check failed");
  EXPECT_DEATH(live().subscription().on_commit(range(18, 18), range(1, 17)), "check failed");
}

}  // namespace
}  // namespace courtside
