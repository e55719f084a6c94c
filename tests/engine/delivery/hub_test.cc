// Goal: every subscriber is sent exactly the events of its channels, in log order, once, whether
// they reach it live, from the log, or half and half; and what the hub keeps goes when subscribers
// go.
#include "engine/delivery/hub.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/engine/support/plain_wire.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

using fixtures::PlainWire;
using fixtures::SmallLog;

class Reader final : public SubscriberOwner {
 public:
  void send_frames(const SharedBytes& frames) override {
    heard.append(frames.view());
    if (on_send) on_send();
  }
  bool congested() const override { return slow; }
  void on_read_failed() override { heard.append("broken "); }

  std::string take() { return std::exchange(heard, {}); }

  std::string heard;
  bool slow = false;
  std::function<void()> on_send;
};

class HubTest : public ::testing::Test, public HubHost {
 protected:
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override {
    if (reads_later) {
      waiting.push_back({id, interest, range});
      return std::nullopt;
    }
    return render(interest, range);
  }

  void forget_page(SubscriberId id) override {
    std::erase_if(waiting, [id](const Waiting& each) { return each.id == id; });
  }

  RenderedPage render(const SharedInterest& interest, OffsetRange range) {
    const Result<Page> page = small.pages.read(
        interest->filter, {.window = range, .events_max = interest->page_events(page_events)});
    return render_page("e", *interest, projections, *page);
  }

  void finish_read() {
    const Waiting read = waiting.front();
    waiting.erase(waiting.begin());
    hub->on_page(read.id, render(read.interest, read.range));
  }

  void start() { hub.emplace("e", small.held(), projections, *this); }

  SubscriberId subscribe(Reader& reader, std::vector<std::string> channels,
                         std::optional<std::uint64_t> next = {}, std::uint32_t sub = 1) {
    auto interest = std::make_shared<Interest>();
    interest->wire = &wire;
    interest->sub = sub;
    interest->filter.channels = std::move(channels);
    interest->filter.types = types;
    interest->speed = speed;
    const SubscriberId id =
        hub->add(reader, interest, next ? Offset(*next) : hub->held().end, pace);
    hub->advance(id);
    return id;
  }

  struct Waiting {
    SubscriberId id;
    SharedInterest interest;
    OffsetRange range;
  };

  std::uint64_t now_ms() override { return clock_ms; }
  void wake_after(SubscriberId id, std::uint64_t delay_ms) override {
    alarms.emplace_back(clock_ms + delay_ms, id);
  }
  // Time goes on to `ms`, alarm by alarm.
  void advance_clock(std::uint64_t ms) {
    for (;;) {
      const auto next = std::min_element(alarms.begin(), alarms.end());
      if (next == alarms.end() || next->first > ms) break;
      const auto [at, id] = *next;
      alarms.erase(next);
      clock_ms = at;
      hub->on_wake(id);
    }
    clock_ms = ms;
  }

  SmallLog small;
  PlainWire wire;
  Projections projections;
  std::optional<Hub> hub;
  bool reads_later = false;
  std::size_t page_events = 100;
  std::vector<Waiting> waiting;
  std::vector<std::string> types;
  std::uint32_t speed = 0;
  Pace pace;
  std::uint64_t clock_ms = 1000;
  std::vector<std::pair<std::uint64_t, SubscriberId>> alarms;
  Reader ann;
  Reader bob;
};

TEST_F(HubTest, LiveSubscribersGetTheirChannelsOnly) {
  start();
  subscribe(ann, {"user:1"});
  subscribe(bob, {"user:2", "venue:9"});
  EXPECT_EQ(ann.take(), "live@0 ");
  EXPECT_EQ(bob.take(), "live@0 ");
  hub->on_commit(small.commit({{"user:1"}, {"user:2"}, {"venue:9", "user:1"}}));
  EXPECT_EQ(ann.take(), "1 3 ");
  EXPECT_EQ(bob.take(), "2 3 ");
}

TEST_F(HubTest, AnEventThatReachesASubscriberTwiceIsSentOnce) {
  start();
  subscribe(ann, {"user:1", "venue:9", "user:*"});
  ann.take();
  hub->on_commit(small.commit({{"user:1", "venue:9"}, {"user:3"}}));
  EXPECT_EQ(ann.take(), "1 2 ");
}

TEST_F(HubTest, PatternsStandForAllOfAKindAndForEverything) {
  start();
  subscribe(ann, {"user:*"});
  subscribe(bob, {"*"});
  ann.take();
  bob.take();
  hub->on_commit(small.commit({{"user:7"}, {"venue:1"}, {}}));
  EXPECT_EQ(ann.take(), "1 ");
  EXPECT_EQ(bob.take(), "1 2 3 ");
}

TEST_F(HubTest, TypesNarrowASubscription) {
  start();
  types = {"booking.*"};
  subscribe(ann, {"user:1"});
  ann.take();
  hub->on_commit(small.commit(1, "user:1"));
  small.type = "booking.created";
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "2 ");
}

TEST_F(HubTest, CatchingUpJoinsTheLiveStreamWithoutGapOrDouble) {
  small.commit(5, "user:1");
  start();
  subscribe(ann, {"user:1"}, 3);
  EXPECT_EQ(ann.take(), "3 4 5 live@5 ");
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "6 ");
}

// A damaged record must not be read again and again: the owner decides, and nothing is lost of what
// was sent before.
TEST_F(HubTest, AFailedReadIsTheOwnersToSettle) {
  small.commit(4, "user:1");
  start();
  reads_later = true;
  const SubscriberId id = subscribe(ann, {"user:1"}, 1);
  hub->on_read_failed(id);
  EXPECT_EQ(ann.take(), "broken ");
  EXPECT_EQ(waiting.size(), 1u) << "it was read again at once";
  hub->advance(id);
  waiting.erase(waiting.begin());
  finish_read();
  EXPECT_EQ(ann.take(), "1 2 3 4 live@4 ");
}

// What is committed while a page is being read is neither lost nor sent twice.
TEST_F(HubTest, CommitsDuringAReadComeInOrder) {
  small.commit(4, "user:1");
  start();
  reads_later = true;
  page_events = 2;
  subscribe(ann, {"user:1"}, 1);
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "");
  finish_read();
  EXPECT_EQ(ann.take(), "1 2 ");
  finish_read();
  hub->on_commit(small.commit(1, "user:1"));
  finish_read();
  EXPECT_EQ(ann.take(), "3 4 5 ");  // The page was asked for before 6 was there.
  finish_read();
  EXPECT_EQ(ann.take(), "6 live@6 ");
  EXPECT_TRUE(waiting.empty());
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "7 ");
}

TEST_F(HubTest, ASlowReaderFallsBehindAndIsServedFromTheLog) {
  start();
  const SubscriberId id = subscribe(ann, {"user:1"});
  subscribe(bob, {"user:1"});
  ann.take();
  bob.take();
  hub->on_commit(small.commit(1, "user:1"));
  ann.slow = true;
  hub->on_commit(small.commit(1, "user:1"));
  hub->on_commit(small.commit(2, "user:1"));
  EXPECT_EQ(ann.take(), "1 behind@1 ");  // Nothing is queued for it.
  EXPECT_EQ(bob.take(), "1 2 3 4 ");     // Nobody else notices.
  ann.slow = false;
  hub->on_drained(id);
  EXPECT_EQ(ann.take(), "2 3 4 live@4 ");
  EXPECT_EQ(hub->counters().fell_behind, 1u);
}

TEST_F(HubTest, RetentionIsToldBeforeAnythingLater) {
  small.commit(6, "user:1");
  small.drop_below(4);
  start();
  subscribe(ann, {"user:1"}, 2);
  EXPECT_EQ(ann.take(), "gap 2-3 4 5 6 live@6 ");
}

TEST_F(HubTest, RetentionThatOvertakesASlowReaderIsTold) {
  start();
  const SubscriberId id = subscribe(ann, {"user:1"});
  ann.slow = true;
  hub->on_commit(small.commit(3, "user:1"));
  hub->on_commit(small.drop_below(3));
  ann.take();
  ann.slow = false;
  hub->on_drained(id);
  EXPECT_EQ(ann.take(), "gap 1-2 3 live@3 ");
}

TEST_F(HubTest, MembersOfAnAudienceShareOneEncoding) {
  start();
  std::vector<Reader> readers(50);
  for (Reader& reader : readers) subscribe(reader, {"venue:1"});
  hub->on_commit(small.commit(3, "venue:1"));
  EXPECT_EQ(wire.bodies_made, 3);
  for (Reader& reader : readers) EXPECT_EQ(reader.take(), "live@0 1 2 3 ");
}

TEST_F(HubTest, SubscriptionNumbersAreTheClientsOwn) {
  start();
  subscribe(ann, {"venue:1"}, {}, 1);
  subscribe(bob, {"venue:1"}, {}, 2);
  ann.take();
  bob.take();
  hub->on_commit(small.commit(1, "venue:1"));
  EXPECT_EQ(ann.take(), "1 ");
  EXPECT_EQ(bob.take(), "2/1 ");
  EXPECT_EQ(wire.bodies_made, 1);
}

TEST_F(HubTest, ProjectionsFollowTheChannelThatLetTheReaderIn) {
  projections = *Projections::make({{.channel = "availability:*", .data_fields = {"venueId"}}});
  start();
  subscribe(ann, {"availability:9"});
  subscribe(bob, {"availability:9", "venue:9"});
  ann.take();
  bob.take();
  hub->on_commit(small.commit({{"availability:9", "venue:9"}, {"availability:9"}}));
  EXPECT_EQ(ann.take(), "1~ 2~ ");
  EXPECT_EQ(bob.take(), "1 2~ ");
}

// One event a minute for three minutes, told at 60 times that pace.
TEST_F(HubTest, ThePastIsToldAtAPace) {
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

// A whole page was rendered again for each event that was due.
TEST_F(HubTest, WhatIsNotDueIsNotRenderedOverAndOver) {
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

TEST_F(HubTest, APaceCanBeCountedFromBeforeTheFirstEvent) {
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
TEST_F(HubTest, APaceIsOverWhenItHasCaughtUp) {
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

// Nobody is woken later than in a second, so whoever goes leaves no alarm for long.
TEST_F(HubTest, WhoeverWaitsForItsTimeIsWokenOncePerSecond) {
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

TEST_F(HubTest, NoPageIsReadForWhomItHasNoMore) {
  small.commit(10, "room:a");
  start();
  Reader gone;
  Reader stays;
  reads_later = true;
  const SubscriberId id = subscribe(gone, {"room:a"}, 1);
  subscribe(stays, {"room:a"}, 1);
  ASSERT_EQ(waiting.size(), 2U);
  hub->remove(id);
  ASSERT_EQ(waiting.size(), 1U);
  finish_read();
  EXPECT_EQ(gone.take(), "");
  EXPECT_NE(stays.take(), "");
}

TEST_F(HubTest, NothingIsSentAfterRemove) {
  start();
  const SubscriberId id = subscribe(ann, {"user:1"});
  subscribe(bob, {"user:1"});
  ann.take();
  bob.take();
  hub->remove(id);
  hub->remove(id);
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "");
  EXPECT_EQ(bob.take(), "1 ");
  EXPECT_EQ(hub->subscriber_count(), 1u);
}

// A socket may turn out to be closed in the middle of a fan-out, and take its subscribers with it.
TEST_F(HubTest, RemovalDuringAFanOutTouchesNobodyElse) {
  start();
  std::vector<Reader> readers(5);
  std::vector<SubscriberId> ids;
  for (Reader& reader : readers) ids.push_back(subscribe(reader, {"user:1"}));
  for (Reader& reader : readers) reader.take();
  readers[1].on_send = [&] {
    hub->remove(ids[1]);
    hub->remove(ids[3]);
    hub->remove(ids[0]);
  };
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(readers[0].take(), "1 ");
  EXPECT_EQ(readers[3].take(), "");
  EXPECT_EQ(readers[4].take(), "1 ");
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(readers[2].take(), "1 2 ");
  EXPECT_EQ(readers[4].take(), "2 ");
  EXPECT_EQ(hub->subscriber_count(), 2u);
}

// A reader that drains while the commit is still being handed out must not go live in the middle:
// it would be handed the rest of the commit twice.
TEST_F(HubTest, DrainingDuringAFanOutWaitsForItsEnd) {
  start();
  const SubscriberId slow = subscribe(ann, {"user:1"});
  ann.take();
  ann.slow = true;
  hub->on_commit(small.commit(1, "user:1"));
  subscribe(bob, {"user:1"});
  bob.on_send = [&] {
    ann.slow = false;
    hub->on_drained(slow);
  };
  hub->on_commit(small.commit(2, "user:1"));
  EXPECT_EQ(ann.take(), "behind@0 1 2 3 live@3 ");
}

TEST_F(HubTest, LargeCommitsAreHandedOutInBlocks) {
  start();
  subscribe(ann, {"user:1"});
  ann.take();
  std::size_t sends = 0;
  ann.on_send = [&] { ++sends; };
  hub->on_commit(small.commit(40'000, "user:1"));
  EXPECT_GT(sends, 2u);
  std::string expected;
  for (int i = 1; i <= 40'000; ++i) expected += std::to_string(i) + " ";
  EXPECT_EQ(ann.take(), expected);
}

// Another shard may be ahead: a client that heard of offset 3 there waits here until this shard
// came as far, and gets nothing twice.
TEST_F(HubTest, ACursorAheadOfThisShardWaitsForIt) {
  start();
  const Batch first = small.commit(3, "user:1");
  subscribe(ann, {"user:1"}, 4);
  EXPECT_EQ(ann.take(), "");
  hub->on_commit(first);
  EXPECT_EQ(ann.take(), "live@3 ");
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "4 ");
}

}  // namespace
}  // namespace courtside
