// Goal: a subscriber that asks for a speed is sent the past at that pace, and the present at once.
#include <string>

#include "tests/engine/delivery/hub_fixture.h"

namespace courtside {
namespace {

using HubPacingTest = HubTest;

// One event a minute for three minutes, told at 60 times that pace.
TEST_F(HubPacingTest, ThePastIsToldAtAPace) {
  for (const std::int64_t minute : {0, 1, 1, 2}) {
    small.recorded = Timestamp(1'000'000'000 + minute * 60'000'000);
    small.commit(1, "user:1");
  }
  start();
  speed = 60;
  subscribe(ann, {"user:1"}, 1);
  EXPECT_EQ(ann.take(), "1 ");
  advance_clock(1'999);
  EXPECT_EQ(ann.take(), "");
  advance_clock(2'000);
  EXPECT_EQ(ann.take(), "2 3 ");
  // What is committed meanwhile has its turn.
  small.recorded = Timestamp(1'000'000'000 + 3 * 60'000'000);
  hub->on_commit(small.commit(1, "user:1"));
  advance_clock(3'500);
  EXPECT_EQ(ann.take(), "4 ");
  advance_clock(4'000);
  EXPECT_EQ(ann.take(), "5 live@5 ");
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "6 ");
  EXPECT_TRUE(alarms.empty());
}

TEST_F(HubPacingTest, EventsOfABatchAreDueOneByOne) {
  for (const std::int64_t minute : {0, 1, 1}) {
    small.recorded = Timestamp(1'000'000'000 + minute * 60'000'000);
    small.commit(1, "user:1");
  }
  start();
  speed = 60;
  batch = true;
  subscribe(ann, {"user:1"}, 1);
  EXPECT_EQ(ann.take(), "[1] ");
  advance_clock(1'999);
  EXPECT_EQ(ann.take(), "");
  advance_clock(2'000);
  EXPECT_EQ(ann.take(), "[2] [3] live@3 ");
  hub->on_commit(small.commit(2, "user:1"));
  EXPECT_EQ(ann.take(), "[4 5] ");
}

// A whole page was rendered again for each event that was due.
TEST_F(HubPacingTest, WhatIsNotDueIsNotRenderedOverAndOver) {
  constexpr int kEvents = 200;
  for (int i = 0; i < kEvents; ++i) {
    small.recorded = Timestamp(1'000'000'000 + i * 10'000);
    small.commit(1, "user:1");
  }
  start();
  speed = 1;
  page_events = 512;
  subscribe(ann, {"user:1"}, 1);
  advance_clock(clock_ms + 10 * kEvents);
  EXPECT_TRUE(ann.take().ends_with(" 200 live@200 "));
  EXPECT_LE(wire.bodies_made, 16 * kEvents);
}

TEST_F(HubPacingTest, APaceCanBeCountedFromBeforeTheFirstEvent) {
  small.recorded = Timestamp(10'000'000);
  small.commit(1, "user:1");
  start();
  speed = 2;
  pace.base = Timestamp(4'000'000);
  const SubscriberId id = subscribe(ann, {"user:1"}, 1);
  advance_clock(3'999);
  EXPECT_EQ(ann.take(), "");
  advance_clock(4'000);
  EXPECT_EQ(ann.take(), "1 live@1 ");
  EXPECT_EQ(hub->pace_of(id).base, Timestamp(4'000'000));
}

// It was told at the pace of the past for as long as it lived: hours of silence where it was slow
// for a moment.
TEST_F(HubPacingTest, APaceIsOverWhenItHasCaughtUp) {
  small.commit(1, "user:1");
  start();
  speed = 1;
  SubscriberId id = subscribe(ann, {"user:1"}, 1);
  EXPECT_EQ(ann.take(), "1 live@1 ");
  ann.slow = true;
  small.recorded = Timestamp(3'600'000'000);
  hub->on_commit(small.commit(1, "user:1"));
  ann.slow = false;
  hub->on_drained(id);
  EXPECT_EQ(ann.take(), "behind@1 2 live@2 ");

  hub->suspend(id);
  small.recorded = Timestamp(7'200'000'000);
  hub->on_commit(small.commit(1, "user:1"));
  pace = hub->pace_of(id);
  const Offset next = hub->next_of(id);
  hub->remove(id);
  ann.take();
  id = subscribe(ann, {"user:1"}, next.value());  // another one goes on in its stead
  EXPECT_EQ(ann.take(), "3 live@3 ");
  EXPECT_TRUE(hub->pace_of(id).is_over);
  EXPECT_TRUE(alarms.empty());
}

TEST_F(HubPacingTest, ASubscriberThatTakesOverAPaceIsWokenItself) {
  small.recorded = Timestamp(1);
  small.commit(1, "user:1");
  small.recorded = Timestamp(10'000'000);
  small.commit(1, "user:1");
  start();
  speed = 1;
  const SubscriberId before = subscribe(ann, {"user:1"}, 1);
  EXPECT_EQ(ann.take(), "1 ");
  pace = hub->pace_of(before);
  const Offset next = hub->next_of(before);
  hub->remove(before);
  subscribe(ann, {"user:1"}, next.value());
  advance_clock(clock_ms + 20'000);
  EXPECT_EQ(ann.take(), "2 live@2 ");
}

// Nobody is woken later than in a second, so whoever goes leaves no alarm for long.
TEST_F(HubPacingTest, WhoeverWaitsForItsTimeIsWokenOncePerSecond) {
  small.recorded = Timestamp(1);
  small.commit(1, "user:1");
  small.recorded = Timestamp(100'000'000);
  small.commit(1, "user:1");
  start();
  speed = 1;
  const SubscriberId id = subscribe(ann, {"user:1"}, 1);
  for (int i = 0; i < 5; ++i) hub->advance(id);
  EXPECT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms.front().first, 2'000u);
  advance_clock(50'000);
  EXPECT_EQ(alarms.size(), 1u);
  hub->remove(id);
  advance_clock(52'000);
  EXPECT_TRUE(alarms.empty());
  EXPECT_EQ(ann.take(), "1 ");
}

}  // namespace
}  // namespace courtside
