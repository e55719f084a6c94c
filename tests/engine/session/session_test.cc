// Goal: the conversation of PROTOCOL.md, message by message, as one client has it: hello first, one
// answer to each request, the stream joined behind `subscribed`, time-outs, and the end.
#include "engine/session/session.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/support/session_test.h"

namespace courtside {
namespace {

using fixtures::SessionTest;

TEST_F(SessionTest, WelcomeNamesTheLog) {
  say(R"({"type":"hello","client":"web/1"})");
  const std::string welcome = take();
  EXPECT_NE(welcome.find(R"("epoch":"e","head":"e:0","heartbeat":1000,"maxmessage":65536)"),
            std::string::npos)
      << welcome;
}

TEST_F(SessionTest, NothingGoesBeforeHello) {
  say(R"({"type":"subscribe","id":7,"sub":1,"channels":["user:1"]})");
  EXPECT_EQ(
      take(),
      R"({"type":"error","id":7,"code":"bad_request","message":"the first message must be `hello`","retryable":false})"
      "\n");
  session->on_tick(499, {});
  EXPECT_EQ(take(), "");
  session->on_tick(500, {});
  EXPECT_EQ(take(), "close 4408 no `hello` came\n");
}

TEST_F(SessionTest, ASecondHelloIsAnErrorAndNothingMore) {
  hello();
  say(R"({"type":"hello"})");
  EXPECT_NE(take().find("bad_request"), std::string::npos);
  say(R"({"type":"ping"})");
  EXPECT_EQ(take(), "{\"type\":\"pong\"}\n");
}

TEST_F(SessionTest, SubscribedThenEventsThenLive) {
  commit(1, "user:1");
  hello();
  say(R"({"type":"subscribe","id":1,"sub":3,"channels":["user:1"],"from":"earliest"})");
  const std::string lines = take();
  EXPECT_EQ(lines.find(R"({"type":"subscribed","id":1,"sub":3,"after":"e:0","head":"e:1"})"), 0u)
      << lines;
  const auto event = lines.find(R"({"type":"event","sub":3,"position":"e:1","event":{)");
  const auto live = lines.find(R"({"type":"live","sub":3,"position":"e:1"})");
  EXPECT_LT(event, live);
  EXPECT_NE(live, std::string::npos) << lines;
}

TEST_F(SessionTest, ASubscriptionHoldsItsPlaceUntilItEnds) {
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"]})");
  say(R"({"type":"subscribe","id":2,"sub":2,"channels":["user:2"]})");
  take();
  ASSERT_EQ(places.size(), 2u);
  say(R"({"type":"unsubscribe","id":3,"sub":1})");
  EXPECT_TRUE(places[0].expired());
  EXPECT_FALSE(places[1].expired());
  take();
  refuse_subscribe = true;
  say(R"({"type":"subscribe","id":4,"sub":1,"channels":["user:1"]})");
  EXPECT_EQ(
      take(),
      R"({"type":"error","id":4,"code":"rate_limited","message":"too many channels","retryable":true})"
      "\n");
  session->drain(0, 1012);
  EXPECT_TRUE(places[1].expired());
}

TEST_F(SessionTest, WhatBeginsInThePastOrWithAStateCatchesUp) {
  hello();
  refuse_catch_ups = true;
  const auto outcome = [this](const std::string& more) {
    say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"])" + more + "}");
    const bool is_refused = take().find("overloaded") != std::string::npos;
    if (!is_refused) {
      say(R"({"type":"unsubscribe","id":2,"sub":1})");
      take();
    }
    return is_refused ? "refused" : "begins";
  };
  EXPECT_EQ(outcome(""), "begins");
  EXPECT_EQ(outcome(R"(,"from":"now")"), "begins");
  EXPECT_EQ(outcome(R"(,"from":"earliest")"), "refused");
  EXPECT_EQ(outcome(R"(,"from":{"last":3})"), "refused");
  EXPECT_EQ(outcome(R"(,"state":true)"), "refused");
}

TEST_F(SessionTest, WhatIsTheProcesssOwnIsInternal) {
  commit(2, "user:1");
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"],"from":{"last":1}})");
  session->on_start(1, lookups.at(0).attempt, fail(Code::no_input, "/var/lib/courtside"));
  EXPECT_EQ(
      take(),
      R"({"type":"error","id":1,"code":"internal","message":"the server could not do it; its log says why","retryable":true})"
      "\n");
  say(R"({"type":"subscribe","id":2,"sub":1,"channels":["user:1"]})");
  take();
  grant = fail(Code::no_input, "/var/lib/courtside");
  session->on_tick(limits.recheck_ms, {.received_ms = limits.recheck_ms});
  EXPECT_EQ(take(),
            "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"internal\"}\n{\"type\":\"ping\"}\n");
}

TEST_F(SessionTest, NowIsLiveAtOnce) {
  commit(2, "user:1");
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"]})");
  EXPECT_EQ(take(),
            "{\"type\":\"subscribed\",\"id\":1,\"sub\":1,\"after\":\"e:2\",\"head\":\"e:2\"}\n"
            "{\"type\":\"live\",\"sub\":1,\"position\":\"e:2\"}\n");
}

// Story: `subscribed` gave a position of this log already. A client that took it, and was cut off
// before the gap came, resumed from there and never heard that it had lost something.
TEST_F(SessionTest, AForeignPositionIsAGapAndStartsOver) {
  commit(2, "user:1");
  hello();
  for (const char* position : {"zzz:1", "e:3"}) {
    say(std::string(
            R"({"type":"subscribe","id":1,"sub":1,"channels":["user:2"],"from":{"after":")") +
        position + "\"}}");
    EXPECT_EQ(take(), "{\"type\":\"subscribed\",\"id\":1,\"sub\":1,\"after\":\"" +
                          std::string(position) +
                          "\",\"head\":\"e:2\"}\n"
                          "{\"type\":\"gap\",\"sub\":1,\"reason\":\"epoch\",\"from\":\"" +
                          std::string(position) +
                          "\",\"to\":\"e:0\"}\n"
                          "{\"type\":\"live\",\"sub\":1,\"position\":\"e:2\"}\n");
    say(R"({"type":"unsubscribe","id":2,"sub":1})");
    take();
  }
}

TEST_F(SessionTest, AMalformedPositionIsAnErrorAndTheNumberStaysFree) {
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:2"],"from":{"after":"e:01"}})");
  EXPECT_NE(take().find("\"code\":\"bad_position\""), std::string::npos);
  say(R"({"type":"subscribe","id":2,"sub":1,"channels":["user:2"]})");
  EXPECT_EQ(take().find("{\"type\":\"subscribed\",\"id\":2"), 0u);
}

TEST_F(SessionTest, ANumberInUseIsRefusedAndTheOldOneGoesOn) {
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"]})");
  take();
  say(R"({"type":"subscribe","id":2,"sub":1,"channels":["user:2"]})");
  EXPECT_NE(take().find("\"id\":2,\"code\":\"bad_request\""), std::string::npos);
  commit(1, "user:1");
  EXPECT_NE(take().find("\"position\":\"e:1\""), std::string::npos);
}

TEST_F(SessionTest, LastIsLookedUpAndMeanwhileTheNumberIsTaken) {
  commit(3, "user:1");
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"],"from":{"last":1}})");
  EXPECT_EQ(take(), "");
  say(R"({"type":"subscribe","id":2,"sub":1,"channels":["user:1"]})");
  EXPECT_NE(take().find("bad_request"), std::string::npos);
  ASSERT_EQ(lookups.size(), 1u);
  session->on_start(1, lookups[0].attempt, lookups[0].start);
  const std::string lines = take();
  EXPECT_EQ(lines.find(R"({"type":"subscribed","id":1,"sub":1,"after":"e:2","head":"e:3"})"), 0u);
  EXPECT_NE(lines.find(R"("position":"e:3")"), std::string::npos);
}

// The client gave up on a subscription while its start was looked up, and uses the number again:
// the late answer must not start the new one where the old one wanted to.
TEST_F(SessionTest, ALateLookUpForAnEarlierUseIsDropped) {
  commit(3, "user:1");
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"],"from":{"last":3}})");
  say(R"({"type":"unsubscribe","id":2,"sub":1})");
  say(R"({"type":"subscribe","id":3,"sub":1,"channels":["user:1"],"from":{"last":1}})");
  take();
  session->on_start(1, lookups[0].attempt, lookups[0].start);
  EXPECT_EQ(take(), "");
  session->on_start(1, lookups[1].attempt, lookups[1].start);
  EXPECT_EQ(take().find(R"({"type":"subscribed","id":3,"sub":1,"after":"e:2")"), 0u);
}

TEST_F(SessionTest, UnsubscribeEndsDeliveryAndKnowsWhatIsNotThere) {
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"]})");
  say(R"({"type":"unsubscribe","id":2,"sub":1})");
  take();
  commit(1, "user:1");
  EXPECT_EQ(take(), "");
  say(R"({"type":"unsubscribe","id":3,"sub":1})");
  EXPECT_NE(take().find("\"id\":3,\"code\":\"not_found\""), std::string::npos);
}

TEST_F(SessionTest, LimitsOfSubscriptionsAndChannels) {
  limits.subscriptions_max = 2;
  limits.channels_max = 3;
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["a:1","a:2"]})");
  say(R"({"type":"subscribe","id":2,"sub":2,"channels":["a:1","a:2"]})");
  EXPECT_NE(take().find("too many channels"), std::string::npos);
  say(R"({"type":"subscribe","id":3,"sub":2,"channels":["a:1"]})");
  say(R"({"type":"subscribe","id":4,"sub":3,"channels":["a:1"]})");
  EXPECT_NE(take().find("too many subscriptions"), std::string::npos);
  say(R"({"type":"unsubscribe","id":5,"sub":1})");
  say(R"({"type":"subscribe","id":6,"sub":3,"channels":["a:1","a:2"]})");
  EXPECT_NE(take().find("{\"type\":\"subscribed\",\"id\":6"), std::string::npos);
}

constexpr const char* kPublish =
    R"({"type":"publish","id":9,"event":{"specversion":"1.0","id":"1","source":"/t","type":"a.b","subject":"thing:1"}})";

TEST_F(SessionTest, PublishesAreAnsweredByTheirVerdicts) {
  hello();
  say(kPublish);
  EXPECT_EQ(take(), "");
  session->on_verdict({.author = {.ticket = published[0].second},
                       .outcome = std::vector<Appended>{{Offset(4), 2, true}}});
  EXPECT_EQ(
      take(),
      "{\"type\":\"ok\",\"id\":9,\"position\":\"e:4\",\"subjectversion\":2,\"duplicate\":true}\n");
  say(kPublish);
  session->on_verdict({.author = {.ticket = published[1].second},
                       .outcome = Conflict{.index = 0, .expected = 17, .current = 18}});
  const std::string conflict = take();
  EXPECT_NE(conflict.find("thing:1 is at version 18, expected 17"), std::string::npos);
  EXPECT_NE(conflict.find(R"("details":{"current":18})"), std::string::npos);
}

TEST_F(SessionTest, AFullLogIsToldAsOverloaded) {
  hello();
  refuse_publish = true;
  say(kPublish);
  const std::string error = take();
  EXPECT_NE(error.find(R"("id":9,"code":"overloaded")"), std::string::npos);
  EXPECT_NE(error.find(R"("retryable":true)"), std::string::npos);
}

TEST_F(SessionTest, TooManyPublishesInFlightWaitInTheSocket) {
  limits.publishes_in_flight_max = 4;
  hello();
  for (int i = 0; i < 3; ++i) say(kPublish);
  EXPECT_FALSE(paused);
  say(kPublish);
  EXPECT_TRUE(paused);
  for (int i = 0; i < 2; ++i) {
    session->on_verdict({.author = {.ticket = published[static_cast<std::size_t>(i)].second},
                         .outcome = std::vector<Appended>{{Offset(1), 1, false}}});
  }
  EXPECT_FALSE(paused);
}

// Two parts of a session stop the reading for reasons of their own.
TEST_F(SessionTest, ReadingGoesOnWhenNoReasonToStopItIsLeft) {
  limits.publishes_in_flight_max = 2;
  limits.message_bytes_max = 1000;
  hello();
  for (int i = 0; i < 2; ++i) say(kPublish);
  EXPECT_TRUE(paused);
  answers_later = true;
  say(R"({"type":"refresh","id":4,"token":"new"})");
  const std::uint64_t asked_for = attempts.back();
  for (int i = 0; i < 20; ++i) say(R"({"type":"unsubscribe","id":5,"sub":9})");  // held
  session->on_verdict({.author = {.ticket = published[0].second},
                       .outcome = std::vector<Appended>{{Offset(1), 1, false}}});
  EXPECT_TRUE(paused) << "too much is held";
  say(R"({"type":"ping"})");
  answers_later = false;
  session->on_identity(asked_for, identity);
  EXPECT_FALSE(paused);

  say(kPublish);
  EXPECT_TRUE(paused);
  say(R"({"type":"refresh","id":5,"token":"newer"})");
  EXPECT_TRUE(paused) << "too much is in flight";
}

TEST_F(SessionTest, HeartbeatsCarryProgress) {
  hello();
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:1"]})");
  commit(2, "user:2");
  take();
  session->on_tick(1000, {.received_ms = 900});
  EXPECT_EQ(take(), "{\"type\":\"progress\",\"position\":\"e:2\"}\n");
  EXPECT_EQ(pings, 1);
}

// A page in a browser sees no pings of the protocol's own: with a message at each heartbeat it can
// tell a dead connection from a quiet one.
TEST_F(SessionTest, HeartbeatsWithoutALiveSubscriptionCarryAPing) {
  hello();
  session->on_tick(1000, {.received_ms = 900});
  EXPECT_EQ(take(), "{\"type\":\"ping\"}\n");
}

TEST_F(SessionTest, ASilentPeerIsClosedAfterTwoHeartbeats) {
  hello();
  session->on_tick(2000, {.received_ms = 0});
  take();
  session->on_tick(2001, {.received_ms = 0});
  EXPECT_EQ(take(), "close 4408 no sign of life for two heartbeats\n");
}

// A slow reader answers no ping, since it has not come to it yet; that it takes bytes is enough.
// Story: only bytes waiting in our own queue counted once. The kernel's buffer (4 MB on a quiet
// machine) took all of a backlog at once, and its reader was dropped in the middle of reading it.
TEST_F(SessionTest, ProgressOfAPendingWriteIsASignOfLife) {
  hello();
  session->on_tick(1500, {.received_ms = 0, .sent_bytes = 100, .acknowledged_bytes = 10});
  session->on_tick(3000, {.received_ms = 0, .sent_bytes = 100, .acknowledged_bytes = 20});
  EXPECT_EQ(take().find("close"), std::string::npos);
  session->on_tick(5100, {.received_ms = 0, .sent_bytes = 100, .acknowledged_bytes = 20});
  EXPECT_NE(take().find("close 4408"), std::string::npos);
}

// What the kernel buffers for a peer that is gone must not keep it.
TEST_F(SessionTest, HeartbeatsIntoTheVoidAreNoSignOfLife) {
  hello();
  for (std::uint64_t now = 250; now <= 2500; now += 250) {
    session->on_tick(now, {.received_ms = 0, .sent_bytes = now + 2, .acknowledged_bytes = now});
  }
  EXPECT_NE(take().find("close 4408"), std::string::npos);
}

// Story: a client that sent pings and read nothing made the server queue its replies without bound.
TEST_F(SessionTest, AClientThatDoesNotReadItsRepliesIsNotReadEither) {
  hello();
  is_congested = true;
  say(R"({"type":"ping"})");
  EXPECT_TRUE(paused);
  is_congested = false;
  session->on_drained();
  EXPECT_FALSE(paused);
}

// While reading is paused, the time of the last byte is no sign of life.
TEST_F(SessionTest, AClientThatNeverReadsItsRepliesIsClosed) {
  hello();
  is_congested = true;
  say(R"({"type":"nonsense","id":1})");
  take();
  for (std::uint64_t now_ms = 500; now_ms <= 2'000; now_ms += 500) {
    session->on_tick(now_ms, {.received_ms = now_ms, .sent_bytes = 9'000});
  }
  take();
  session->on_tick(2'001, {.received_ms = 2'001, .sent_bytes = 9'000});
  EXPECT_EQ(take(), "close 4408 no sign of life for two heartbeats\n");
}

TEST_F(SessionTest, WrongKindsOfMessageClose) {
  hello();
  session->on_message(false, "\x01");
  EXPECT_EQ(take(), "close 4400 this subprotocol is text\n");
  say(R"({"type":"ping"})");
  EXPECT_EQ(take(), "") << "a closing session is silent";
}

TEST_F(SessionTest, UnknownTypesAreAnsweredAndNothingCloses) {
  hello();
  say(R"({"type":"dance","id":5})");
  EXPECT_NE(take().find(R"("id":5,"code":"bad_request")"), std::string::npos);
  say("[1]");
  EXPECT_EQ(take().find("close 4400"), 0u);
}

TEST_F(SessionTest, DrainingSaysWhenToComeBack) {
  hello();
  session->drain(2713, 1012);
  EXPECT_EQ(take(),
            "{\"type\":\"draining\",\"retryafter\":2713}\nclose 1012 the server is going down\n");
}

}  // namespace
}  // namespace courtside
