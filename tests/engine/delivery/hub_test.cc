// Goal: every subscriber is sent exactly the events of its channels, in log order, once, whether
// they reach it live, from the log, or half and half; and what the hub keeps goes when subscribers
// go.
#include "engine/delivery/hub.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/engine/delivery/hub_fixture.h"

namespace courtside {
namespace {

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

// The two share an audience, but each reads the past in turns of its own reader.
TEST_F(HubTest, SubscribersOfEqualInterestsReadForThemselves) {
  start();
  Reader anna;
  Reader ben;
  anna.key = "anna";
  ben.key = "ben";
  const SubscriberId first = subscribe(anna, {"user:1"});
  const SubscriberId second = subscribe(ben, {"user:1"});
  EXPECT_EQ(hub->reader_key(first), "anna");
  EXPECT_EQ(hub->reader_key(second), "ben");
  hub->remove(first);
  EXPECT_EQ(hub->reader_key(first), "");
  EXPECT_EQ(hub->reader_key(second), "ben");
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
  hub->on_read_failed(id, {Code::internal, "a test"});
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

TEST_F(HubTest, OneThatFallsBehindTakesNobodyElseWithIt) {
  start();
  Reader carl;
  const SubscriberId of_ann = subscribe(ann, {"user:1"});
  subscribe(bob, {"user:1"});
  const SubscriberId of_carl = subscribe(carl, {"user:1"});
  for (Reader* reader : {&ann, &bob, &carl}) reader->take();
  // Whoever is removed from the list of the live ones leaves its place to the last.
  for (Reader* slow : {&ann, &carl}) {
    slow->slow = true;
    hub->on_commit(small.commit(1, "user:1"));
  }
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(bob.take(), "1 2 3 ");
  for (Reader* slow : {&ann, &carl}) slow->slow = false;
  hub->on_drained(of_ann);
  hub->on_drained(of_carl);
  hub->on_commit(small.commit(1, "user:1"));
  EXPECT_EQ(ann.take(), "behind@0 1 2 3 live@3 4 ");
  EXPECT_EQ(carl.take(), "1 behind@1 2 3 live@3 4 ");
  EXPECT_EQ(bob.take(), "4 ");
}

// Story: 64 KiB were made for each of 15,000 subscriptions before one of them was looked at.
TEST_F(HubTest, ACommitIsNotPiledUpForSubscribersThatDoNotRead) {
  constexpr std::uint32_t kReaders = 200;
  constexpr std::size_t kEventBytes = 1'000;
  start();
  wire.padding = std::string(kEventBytes, '.');
  std::vector<Reader> readers(kReaders);
  for (std::uint32_t i = 0; i < kReaders; ++i) {
    subscribe(readers[i], {"user:1"}, {}, i + 2);
    readers[i].take();
    readers[i].slow = true;
  }
  hub->on_commit(small.commit(60, "user:1"));
  // Together they would have needed 12 MB; each falls behind when its block is handed out.
  std::size_t rendered = 0;
  for (Reader& reader : readers) rendered += reader.heard.find("behind@0 ") == 0 ? 1 : 0;
  EXPECT_EQ(rendered, kReaders);
  EXPECT_LT(wire.bytes_appended, 9'000'000u);
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

// Of an event and its fields there is one encoding, whatever the subscription.
TEST_F(HubTest, SubscribersOfTheSameFieldsShareOneEncoding) {
  start();
  std::vector<Reader> readers(4);
  subscribe(readers[0], {"venue:1"});
  fields = {"id", "data"};
  subscribe(readers[1], {"venue:1"});
  fields = {"data", "id", "id"};
  subscribe(readers[2], {"venue:1", "user:1"}, {}, 2);
  fields = {"id"};
  subscribe(readers[3], {"venue:1"}, 1);
  for (Reader& reader : readers) reader.take();
  hub->on_commit(small.commit(1, "venue:1"));
  EXPECT_EQ(readers[0].take(), "1 ");
  EXPECT_EQ(readers[1].take(), "1' ");
  EXPECT_EQ(readers[2].take(), "2/1' ");
  EXPECT_EQ(readers[3].take(), "1' ");
  EXPECT_EQ(wire.bodies_made, 3);
}

// A message has what one commit has for the subscriber. Nothing waits for the next one.
TEST_F(HubTest, ABatchHasTheEventsOfACommit) {
  start();
  batch = true;
  subscribe(ann, {"venue:1"});
  subscribe(bob, {"venue:1"}, {}, 2);
  Reader carl;
  batch = false;
  subscribe(carl, {"venue:1"});
  for (Reader* reader : {&ann, &bob, &carl}) reader->take();
  hub->on_commit(small.commit({{"venue:1"}, {"other:1"}, {"venue:1"}}));
  hub->on_commit(small.commit(1, "venue:1"));
  hub->on_commit(small.commit(6, "venue:1"));
  EXPECT_EQ(ann.take(), "[1 3] [4] [5 6 7 8] [9 10] ");
  EXPECT_EQ(bob.take(), "2/[1 3] 2/[4] 2/[5 6 7 8] 2/[9 10] ");
  EXPECT_EQ(carl.take(), "1 3 4 5 6 7 8 9 10 ");
  EXPECT_EQ(wire.bodies_made, 9) << "batches have the same bodies as single events";
  EXPECT_EQ(hub->counters().deliveries, 27u);
}

TEST_F(HubTest, ABatchHasTheEventsOfAPage) {
  small.commit(7, "venue:1");
  start();
  batch = true;
  page_events = 3;
  subscribe(ann, {"venue:1"}, 1);
  EXPECT_EQ(ann.take(), "[1 2 3] [4 5 6] [7] live@7 ");
}

// What is behind a change of rights is not in the same message as what is before it.
TEST_F(HubTest, ABatchEndsAtARightsBarrier) {
  start();
  batch = true;
  subscribe(ann, {"venue:1"});
  ann.take();
  at_barrier = [&](std::size_t) { ann.heard += "barrier "; };
  const std::vector<std::size_t> barriers = {1};
  hub->on_commit(small.commit(4, "venue:1"), barriers);
  EXPECT_EQ(ann.take(), "[1 2] barrier [3 4] ");
}

TEST_F(HubTest, ASlowReaderOfBatchesLosesNothing) {
  start();
  batch = true;
  const SubscriberId id = subscribe(ann, {"venue:1"});
  ann.slow = true;
  hub->on_commit(small.commit(2, "venue:1"));
  hub->on_commit(small.commit(3, "venue:1"));
  ann.slow = false;
  hub->on_drained(id);
  hub->on_commit(small.commit(2, "venue:1"));
  EXPECT_EQ(ann.take(), "live@0 behind@0 [1 2 3 4] [5] live@5 [6 7] ");
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
  fields = {"id"};
  Reader carl;
  subscribe(carl, {"availability:9"}, 1);
  EXPECT_EQ(carl.take(), "1~' 2~' live@2 ");
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

TEST_F(HubTest, ABarrierStandsBehindItsEventAndBeforeTheNext) {
  start();
  const SubscriberId id = subscribe(ann, {"user:1"});
  subscribe(bob, {"user:1"});
  ann.take();
  bob.take();
  std::vector<std::string> at_barriers;
  at_barrier = [&](std::size_t index) {
    at_barriers.push_back(std::to_string(index) + " " + ann.heard);
    if (index == 1) hub->suspend(id);
  };
  const std::vector<std::size_t> barriers = {0, 2};
  hub->on_commit(small.commit(4, "user:1"), barriers);
  EXPECT_EQ(at_barriers, (std::vector<std::string>{"0 1 ", "1 1 2 3 "}));
  EXPECT_EQ(ann.take(), "1 2 3 behind@3 ");
  EXPECT_EQ(bob.take(), "1 2 3 4 ");
  hub->resume(id);
  EXPECT_EQ(ann.take(), "4 live@4 ");
}

}  // namespace
}  // namespace courtside
