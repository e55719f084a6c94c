// Goal: who speaks is known before anything is done for it; what a right allowed ends where the
// right ends, whatever was being looked up at that moment; and tokens end in time.
#include <gtest/gtest.h>

#include <string>

#include "base/time.h"
#include "tests/engine/support/session_test.h"

namespace courtside {
namespace {

constexpr std::string_view kSubscribe =
    R"({"type":"subscribe","id":1,"sub":1,"channels":["chat:r"],"from":"now"})";

RightsChange change_of(FactKind kind, std::string id) {
  return {.fact = {kind, std::move(id)}, .ends_rights = true, .revokes_credentials = false};
}

std::string publish_message(std::string_view id) {
  return R"({"type":"publish","id":9,"event":{"specversion":"1.0","source":"/t","type":"a.b",)"
         R"("subject":"thing:1","id":")" +
         std::string(id) + "\"}}";
}

class SessionAccessTest : public fixtures::SessionTest {
 protected:
  SessionAccessTest() { identity = account("42"); }

  static Identity account(std::string id) {
    return {.kind = Identity::Kind::kAccount, .actor = std::move(id)};
  }
  static Identity expiring(std::int64_t in_s) {
    Identity who = account("42");
    who.expires_s = now().value() / 1'000'000 + in_s;
    return who;
  }
  bool heard_has(std::string_view text) const { return heard.find(text) != std::string::npos; }
};

TEST_F(SessionAccessTest, TheTokenOfHelloSaysWhoItIs) {
  say(R"({"type":"hello","token":"t"})");
  EXPECT_EQ(asked.back(), "identify t");
  EXPECT_TRUE(heard_has(R"("actor":"42")")) << heard;
}

TEST_F(SessionAccessTest, AnUnacceptedTokenClosesAndNothingElse) {
  identity = fail(Code::unauthorized, "the token is not accepted");
  say(R"({"type":"hello","token":"t"})");
  EXPECT_EQ(take(), "close 4401 the token is not accepted\n");
}

TEST_F(SessionAccessTest, WhatIsSaidBeforeItIsKnownWhoSpeaksWaits) {
  answers_later = true;
  say(R"({"type":"hello","token":"t"})");
  say(kSubscribe);
  say(R"({"type":"ping"})");
  EXPECT_TRUE(paused);
  EXPECT_EQ(take(), "");
  answers_later = false;
  session->on_identity(attempts[0], identity);
  EXPECT_FALSE(paused);
  EXPECT_EQ(asked.back(), "42 reads chat:r by 1");
  EXPECT_TRUE(heard_has(R"({"type":"pong"})")) << heard;
  EXPECT_TRUE(heard_has(R"("type":"live","sub":1)")) << heard;
}

// Story: it was closed with "no `hello` came".
TEST_F(SessionAccessTest, AHelloThatCameInTimeMayWaitForASlowDatabase) {
  answers_later = true;
  say(R"({"type":"hello","token":"t"})");
  session->on_tick(limits.hello_timeout_ms, {});
  EXPECT_EQ(take(), "");
  session->on_identity(attempts.back(), identity);
  EXPECT_TRUE(heard_has(R"("type":"welcome")")) << heard;
}

TEST_F(SessionAccessTest, ARefusedChannelFailsTheSubscribe) {
  hello();
  grant = fail(Code::forbidden, "you may not read `chat:r`");
  say(kSubscribe);
  EXPECT_TRUE(heard_has(R"({"type":"error","id":1,"code":"forbidden")")) << take();
  commit(1, "chat:r");
  EXPECT_FALSE(heard_has("event"));
}

TEST_F(SessionAccessTest, ReadingAnotherAccountLeavesATraceFirst) {
  hello();
  grant->audited = true;
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:7"]})");
  EXPECT_EQ(traces, std::vector<std::string>{"42 read user:7"});
}

TEST_F(SessionAccessTest, NothingIsSentBeforeItsTraceIsOnTheDisk) {
  hello();
  commit(1, "user:7");
  grant->audited = true;
  traces_later = true;
  say(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:7"],"from":"earliest"})");
  commit(1, "user:7");
  session->on_tick(1000, {});
  EXPECT_FALSE(heard_has("subscribed")) << heard;
  EXPECT_FALSE(heard_has("event")) << heard;
  session->on_read_traced(1, attempts.back() + 1);  // an answer to something else
  EXPECT_FALSE(heard_has("event")) << heard;
  session->on_read_traced(1, attempts.back());
  EXPECT_TRUE(heard_has("subscribed")) << heard;
  EXPECT_EQ(traces.size(), 1u);
  // One that was given up meanwhile does not begin.
  take();
  say(R"({"type":"subscribe","id":2,"sub":2,"channels":["user:7"],"from":"earliest"})");
  say(R"({"type":"unsubscribe","id":3,"sub":2})");
  session->on_read_traced(2, attempts.back());
  EXPECT_FALSE(heard_has(R"("sub":2,"after")")) << heard;
}

TEST_F(SessionAccessTest, OneThatGoesOnByARightThatLeavesATraceWaitsForIt) {
  hello();
  say(kSubscribe);
  commit(1, "chat:r");
  EXPECT_TRUE(heard_has(R"("position":"e:1")")) << heard;
  take();
  grant->audited = true;
  traces_later = true;
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  EXPECT_EQ(traces, std::vector<std::string>{"42 read chat:r"});
  commit(1, "chat:r");
  EXPECT_FALSE(heard_has(R"("position":"e:2")")) << heard;
  session->on_read_traced(1, attempts.back());
  EXPECT_TRUE(heard_has(R"("position":"e:2")")) << heard;
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  EXPECT_EQ(traces.size(), 1u) << "once for each subscription";
}

// Story: each check that came while the trace was being written left another one.
TEST_F(SessionAccessTest, ASubscriptionLeavesOneTrace) {
  grant->audited = true;
  traces_later = true;
  hello();
  say(kSubscribe);
  const std::uint64_t traced = attempts.back();
  say(R"({"type":"refresh","id":2,"token":"t"})");
  session->on_rights_change(change_of(FactKind::kRoom, "r"), false);
  EXPECT_EQ(traces.size(), 1u);
  take();
  session->on_read_traced(1, traced);
  EXPECT_TRUE(heard_has(R"("type":"subscribed")")) << heard;
  EXPECT_EQ(traces.size(), 1u);
}

TEST_F(SessionAccessTest, NothingBehindTheEndOfARightIsSent) {
  hello();
  say(kSubscribe);
  answers_later = true;
  commit(1, "chat:r");
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  take();
  commit(1, "chat:r");
  EXPECT_EQ(take(), "") << "before it is known whether the right is still there";
  session->on_read_checked(1, attempts.back(), fail(Code::forbidden, "no"));
  EXPECT_EQ(take(), "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"forbidden\"}\n");
  commit(1, "chat:r");
  EXPECT_EQ(take(), "");
}

TEST_F(SessionAccessTest, WhoMayStillReadMissesNothing) {
  hello();
  say(kSubscribe);
  answers_later = true;
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  commit(1, "chat:r");
  take();
  session->on_read_checked(1, attempts.back(), grant);
  EXPECT_TRUE(heard_has(R"("position":"e:1")")) << heard;
  EXPECT_TRUE(heard_has(R"({"type":"live","sub":1)")) << heard;
}

// Story: an answer from before the right's end was on its way to the session when the end came, and
// began the subscription behind it.
TEST_F(SessionAccessTest, AnAnswerFromBeforeTheEndLetsNobodyIn) {
  hello();
  answers_later = true;
  say(kSubscribe);
  const std::uint64_t before = attempts.back();
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  session->on_read_checked(1, before, grant);
  EXPECT_EQ(take(), "");
  session->on_read_checked(1, attempts.back(), fail(Code::forbidden, "no"));
  EXPECT_TRUE(heard_has(R"("code":"forbidden")")) << heard;
}

TEST_F(SessionAccessTest, ARightThatCannotBeLookedUpIsNotGranted) {
  limits.heartbeat_ms = 100'000;
  hello();
  say(kSubscribe);
  take();
  grant = fail(Code::overloaded, "the database does not answer");
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  commit(1, "chat:r");
  session->on_tick(9000, {.received_ms = 9000});
  EXPECT_EQ(take(), "{\"type\":\"behind\",\"sub\":1,\"position\":\"e:0\"}\n");
  session->on_tick(10'000, {.received_ms = 10'000});
  EXPECT_EQ(take(), "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"overloaded\"}\n");
}

// Story: three changes of a room within three look-ups threw out who had been in it all the time.
TEST_F(SessionAccessTest, ARightThatIsKnownAgainInTimeMissesNothing) {
  hello();
  say(kSubscribe);
  limits.heartbeat_ms = 100'000;
  const Result<ReadGrant> granted = grant;
  grant = fail(Code::overloaded, "forgotten again");
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  commit(1, "chat:r");
  take();
  grant = granted;
  session->on_tick(250, {.received_ms = 250});
  EXPECT_TRUE(heard_has(R"("position":"e:1")")) << heard;
  EXPECT_TRUE(heard_has(R"({"type":"live","sub":1)")) << heard;
}

// Story: it was asked for again at every tick, so that an answer that took longer than a tick was
// always one for an earlier question.
TEST_F(SessionAccessTest, AnAnswerThatTakesLongerThanATickIsStillTheAnswer) {
  limits.heartbeat_ms = 100'000;
  hello();
  say(kSubscribe);
  const Result<ReadGrant> granted = grant;
  grant = fail(Code::overloaded, "the database does not answer");
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  answers_later = true;
  session->on_tick(250, {.received_ms = 250});
  const std::uint64_t attempt = attempts.back();
  session->on_tick(500, {.received_ms = 500});
  take();
  session->on_read_checked(1, attempt, granted);
  EXPECT_TRUE(heard_has(R"({"type":"live","sub":1)")) << heard;
}

TEST_F(SessionAccessTest, APublishGrantedBeforeAChangeOfRightsIsAskedForAgain) {
  hello();
  answers_later = true;
  say(publish_message("1"));
  ++changes;
  session->on_publish_checked(attempts.back(), publish_grant);
  EXPECT_TRUE(published.empty());
  publish_grant->as_of = changes;
  session->on_publish_checked(attempts.back(), publish_grant);
  EXPECT_EQ(published.size(), 1u);
}

// Story: while rights changed faster than they were looked up, it was never answered.
TEST_F(SessionAccessTest, APublishIsNotAskedForAgainForEver) {
  hello();
  answers_later = true;
  say(publish_message("1"));
  for (int round = 1; round <= 5; ++round) {
    ++changes;
    EXPECT_EQ(take(), "");
    session->on_publish_checked(attempts.back(), PublishGrant{});
  }
  EXPECT_TRUE(heard_has(R"("code":"overloaded")")) << heard;
  EXPECT_TRUE(published.empty());
}

TEST_F(SessionAccessTest, ARevokedSessionIsClosed) {
  hello();
  say(kSubscribe);
  take();
  session->on_rights_change(change_of(FactKind::kAccount, "7"), /*revokes=*/true);
  EXPECT_EQ(take(), "") << "another account's";
  session->on_rights_change(change_of(FactKind::kAccount, "42"), /*revokes=*/true);
  EXPECT_EQ(take(),
            "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"unauthorized\"}\n"
            "close 4401 the token was revoked\n");
}

TEST_F(SessionAccessTest, RightsAreLookedAtAgainWithoutCause) {
  limits.heartbeat_ms = 100'000;
  limits.recheck_ms = 5000;
  hello();
  say(kSubscribe);
  take();
  session->on_tick(4999, {.received_ms = 4999});
  const std::size_t before = asked.size();
  grant = fail(Code::forbidden, "no");
  session->on_tick(5000, {.received_ms = 5000});
  EXPECT_EQ(asked.size(), before + 1);
  EXPECT_EQ(take(), "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"forbidden\"}\n");
}

TEST_F(SessionAccessTest, ASessionWhoseKeyWasTakenAwayIsClosed) {
  limits.heartbeat_ms = 100'000;
  limits.recheck_ms = 5000;
  hello();
  say(kSubscribe);
  take();
  credential_now = fail(Code::unauthorized, "the service's key was taken away");
  session->on_tick(4999, {.received_ms = 4999});
  EXPECT_EQ(take(), "");
  session->on_tick(5000, {.received_ms = 5000});
  EXPECT_EQ(take(),
            "{\"type\":\"unsubscribed\",\"sub\":1,\"code\":\"unauthorized\"}\n"
            "close 4401 the service's key was taken away\n");
  session->on_tick(200'000, {.received_ms = 200'000});
  EXPECT_EQ(take(), "") << "it said everything";
}

TEST_F(SessionAccessTest, OtherFieldsFromNowOn) {
  hello();
  say(kSubscribe);
  commit(1, "chat:r");
  take();
  grant->unmasked_permissions = {"financial:view_own_venue_reports"};
  session->on_rights_change(change_of(FactKind::kRoom, "r"), /*revokes=*/false);
  EXPECT_TRUE(heard_has(R"({"type":"live","sub":1,"position":"e:1"})")) << heard;
  take();
  commit(1, "chat:r");
  EXPECT_TRUE(heard_has(R"("position":"e:2")")) << heard;
}

TEST_F(SessionAccessTest, ATokensEndIsAnnouncedAndThenCloses) {
  limits.heartbeat_ms = 1'000'000;
  identity = expiring(100);
  hello();
  session->on_tick(30'000, {.received_ms = 30'000});
  EXPECT_EQ(take(), "");
  session->on_tick(41'000, {.received_ms = 41'000});
  EXPECT_TRUE(heard_has(R"({"type":"expiring","in":)")) << heard;
  take();
  session->on_tick(104'000, {.received_ms = 104'000});
  EXPECT_EQ(take(), "") << "the leeway";
  session->on_tick(106'000, {.received_ms = 106'000});
  EXPECT_EQ(take(), "close 4401 the token has expired\n");
}

TEST_F(SessionAccessTest, ATokenThatComesWithinItsLeewayHasWhatIsLeftOfIt) {
  limits.heartbeat_ms = 1'000'000;
  limits.leeway_s = 60;
  identity = expiring(-57);
  hello();
  session->on_tick(1000, {.received_ms = 1000});
  EXPECT_FALSE(heard_has("close")) << heard;
  session->on_tick(3500, {.received_ms = 3500});
  EXPECT_TRUE(heard_has("close 4401 the token has expired")) << heard;
}

TEST_F(SessionAccessTest, AFreshTokenOfTheSameAccountGoesOn) {
  limits.heartbeat_ms = 1'000'000;
  identity = expiring(30);
  hello();
  session->on_tick(1000, {.received_ms = 1000});
  identity = expiring(3600);
  say(R"({"type":"refresh","id":4,"token":"new"})");
  EXPECT_TRUE(heard_has(R"({"type":"ok","id":4})")) << heard;
  take();
  session->on_tick(60'000, {.received_ms = 60'000});
  EXPECT_EQ(take(), "");
}

TEST_F(SessionAccessTest, AFreshTokenOfAnotherAccountCloses) {
  hello();
  identity = account("7");
  say(R"({"type":"refresh","id":4,"token":"new"})");
  EXPECT_EQ(take(), "close 4403 the token is another account's\n");
}

TEST_F(SessionAccessTest, ABrokenFreshTokenIsRefusedAndTheOldOneStays) {
  hello();
  identity = fail(Code::unauthorized, "the token is not accepted");
  say(R"({"type":"refresh","id":4,"token":"new"})");
  EXPECT_TRUE(heard_has(R"({"type":"error","id":4,"code":"unauthorized")")) << heard;
  EXPECT_FALSE(heard_has("close"));
}

TEST_F(SessionAccessTest, WhileAFreshTokenIsLookedAtPingsAreAnsweredAndTheRestWaits) {
  hello();
  answers_later = true;
  say(R"({"type":"refresh","id":4,"token":"new"})");
  say(kSubscribe);
  say(R"({"type":"ping"})");
  EXPECT_FALSE(paused) << "or no ping would be read";
  EXPECT_EQ(take(), "{\"type\":\"pong\"}\n");
  limits.message_bytes_max = 1000;
  for (int i = 0; i < 20; ++i) say(R"({"type":"unsubscribe","id":5,"sub":9})");
  EXPECT_TRUE(paused) << "what waits has a bound";
  answers_later = false;
  session->on_identity(attempts.back(), identity);
  EXPECT_FALSE(paused);
  EXPECT_EQ(heard.find(R"({"type":"ok","id":4})"), 0u) << heard;
  EXPECT_TRUE(heard_has(R"("type":"live","sub":1)")) << heard;
}

TEST_F(SessionAccessTest, PublishesKeepTheirOrderWhileTheirRightIsLookedUp) {
  hello();
  answers_later = true;
  say(publish_message("1"));
  say(publish_message("2"));
  EXPECT_EQ(asked.back(), "42 publishes 1");
  answers_later = false;
  session->on_publish_checked(attempts.back(), publish_grant);
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(EventView(published[0].first.event).id(), "1");
  EXPECT_EQ(EventView(published[1].first.event).id(), "2");
}

TEST_F(SessionAccessTest, AForbiddenPublishIsRefusedAndTheNextIsNot) {
  hello();
  answers_later = true;
  say(publish_message("1"));
  say(publish_message("2"));
  answers_later = false;
  session->on_publish_checked(attempts.back(), fail(Code::forbidden, "no"));
  EXPECT_TRUE(heard_has(R"({"type":"error","id":9,"code":"forbidden")")) << heard;
  EXPECT_EQ(published.size(), 1u);
}

}  // namespace
}  // namespace courtside
