// Goal: an account publishes only its own things in its own name: messages in its rooms, changes of
// its own messages, and that it has seen its notifications.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

constexpr const char* kUser = "account-USER";
constexpr const char* kOther = "account-other-USER";

Draft in_room(const std::string& type, const std::string& room, const std::string& message,
              const std::string& more = "") {
  return {.type = type,
          .subject = "chat:" + room,
          .data = R"({"roomId":)" + json_string(room) + R"(,"messageId":)" + json_string(message) +
                  more + "}"};
}

Draft of_notification(const std::string& type, const std::string& id) {
  return {.type = type,
          .subject = "notification:" + id,
          .data = R"({"notificationId":)" + json_string(id) + "}"};
}

struct PublishRights : AccessTest {
  PublishRights() : AccessTest({"--drain", "100ms"}) {}

  void SetUp() override {
    append(backend, {room("both", "direct", {kUser, kOther}), room("theirs", "direct", {kOther}),
                     notification("mine", kUser), notification("theirs", kOther)});
  }

  // "ok", or the error code.
  std::string say(Session& speaker, Draft draft) {
    draft.id = "draft-" + std::to_string(++drafts_);
    const Json answer = speaker.publish(draft.json());
    return answer["type"].text() == "ok" ? "ok" : answer["code"].text();
  }

  Session user = session(platform.token(kUser));
  Session other = session(platform.token(kOther));

 private:
  int drafts_ = 0;
};

TEST_F(PublishRights, AMessageIsForThoseInTheRoom) {
  EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m1")), "ok");
  EXPECT_EQ(say(user, in_room("chat.message_posted", "theirs", "m2")), "forbidden");
  EXPECT_EQ(say(user, in_room("chat.message_posted", "no such room", "m3")), "forbidden");
  EXPECT_EQ(say(user, in_room("chat.read_up_to", "both", "m1")), "ok");
  EXPECT_EQ(say(user, in_room("chat.read_up_to", "theirs", "m1")), "forbidden");
  publish({.id = "removed",
           .type = "chat.participant_removed",
           .subject = "chat:both",
           .data = R"({"roomId":"both","accountId":"account-USER"})"});
  EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m4")), "forbidden");
  EXPECT_EQ(say(user, in_room("chat.message_edited", "both", "m1")), "forbidden");
}

TEST_F(PublishRights, AMessageIsChangedByItsAuthorAlone) {
  EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m1")), "ok");
  for (const char* type : {"chat.message_edited", "chat.message_deleted"}) {
    EXPECT_EQ(say(user, in_room(type, "both", "m1")), "ok") << type;
    EXPECT_EQ(say(other, in_room(type, "both", "m1")), "forbidden") << type;
    EXPECT_EQ(say(user, in_room(type, "both", "no such message")), "forbidden") << type;
  }
}

// The first author of a message id stays its author, also after the message was deleted.
TEST_F(PublishRights, NobodyTakesAMessageOverByPostingUnderItsId) {
  EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m1")), "ok");
  EXPECT_EQ(say(other, in_room("chat.message_posted", "both", "m1")), "forbidden");
  // A message id is unique within its room, and its author may post under it again.
  EXPECT_EQ(say(other, in_room("chat.message_posted", "theirs", "m1")), "ok");
  EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m1")), "ok");
  EXPECT_EQ(say(other, in_room("chat.message_edited", "both", "m1")), "forbidden");
  EXPECT_EQ(say(user, in_room("chat.message_edited", "both", "m1")), "ok");
}

TEST_F(PublishRights, ANotificationIsSeenByWhomItWentTo) {
  for (const char* type : {"notification.read", "notification.seen"}) {
    EXPECT_EQ(say(user, of_notification(type, "mine")), "ok") << type;
    EXPECT_EQ(say(user, of_notification(type, "theirs")), "forbidden") << type;
    EXPECT_EQ(say(user, of_notification(type, "no such thing")), "forbidden") << type;
  }
  EXPECT_EQ(say(user, of_notification("notification.delivered", "mine")), "forbidden");
}

TEST_F(PublishRights, TheActorIsTheTokensWhateverTheEventSays) {
  other.subscribe({.channels = {std::string("user:") + kOther}});
  other.expect("live");
  Draft forged = in_room("chat.message_posted", "both", "m1");
  forged.more = R"(,"actorid":"account-BMSP_ADMIN","actortype":"SYSTEM","actorrole":"SYSTEM")";
  EXPECT_EQ(say(user, forged), "ok");
  // The other participant receives it on its own channel, because the server knows the
  // participants.
  const Json event = other.expect_event().event;
  EXPECT_EQ(event["actorid"].text(), kUser);
  EXPECT_NE(event["actortype"].text(), "SYSTEM");
  EXPECT_NE(event["actorrole"].text(), "SYSTEM");

  for (const char* field : {"senderId", "accountId"}) {
    const std::string somebody = R"(,")" + std::string(field) + R"(":"account-other-USER")";
    EXPECT_EQ(say(user, in_room("chat.message_posted", "both", "m2", somebody)), "forbidden");
  }
  Draft spread = in_room("chat.message_posted", "both", "m3");
  spread.channels = {"user:account-VENUE_OWNER"};
  EXPECT_EQ(say(user, spread), "forbidden");
  expect_silence(other);
}

// Each publishes before the other's event is in the log.
TEST_F(PublishRights, OfTwoWhoPostUnderOneIdAtOnceOneIsTheAuthor) {
  constexpr int kRounds = 60;
  for (int round = 0; round < kRounds; ++round) {
    const std::string message = "race-" + std::to_string(round);
    const auto start = [&](Session& speaker, const char* who) {
      Draft draft = in_room("chat.message_posted", "both", message);
      draft.id = message + who;
      speaker.say(R"({"type":"publish","id":1,"event":)" + draft.json() + "}");
    };
    const auto answer = [](Session& speaker) {
      Json said = speaker.next();
      while (said["type"].text() != "ok" && said["type"].text() != "error") said = speaker.next();
      return said["type"].text() == "ok" ? "ok" : said["code"].text();
    };
    start(user, "user");
    start(other, "other");
    const std::multiset<std::string> answers = {answer(user), answer(other)};
    EXPECT_EQ(answers, (std::multiset<std::string>{"forbidden", "ok"})) << message;
  }
}

TEST_F(PublishRights, NoAccountSaysWhatServicesSay) {
  const std::vector<Draft> drafts = {
      {.type = "booking.cancelled",
       .subject = "booking:booking-1",
       .data = R"({"bookingId":"booking-1"})"},
      {.type = "session.revoked",
       .subject = "account:account-USER",
       .data = R"({"accountId":"account-USER"})"},
      {.type = "chat.participant_added",
       .subject = "chat:theirs",
       .data = R"({"roomId":"theirs","accountId":"account-BMSP_SUPER_ADMIN"})"},
      {.type = "audit.queried", .subject = "audit:a", .data = R"({"by":"account-USER"})"},
      {.type = "test.happened", .subject = "user:account-USER"}};
  for (const char* account : {kUser, "account-BMSP_SUPER_ADMIN", "SYSTEM"}) {
    Session speaker = session(platform.token(account));
    for (const Draft& draft : drafts) {
      EXPECT_EQ(say(speaker, draft), "forbidden") << account << " " << draft.type;
    }
  }
}

// A batch is authorized as a whole: one forbidden event fails all.
TEST_F(PublishRights, OneForbiddenEventFailsItsBatch) {
  HttpClient http(port(), bearer(platform.token(kUser)));
  Draft good = in_room("chat.message_posted", "both", "m1");
  Draft bad = in_room("chat.message_posted", "theirs", "m1");
  good.id = "good";
  bad.id = "bad";
  const std::uint64_t before = head().offset;
  EXPECT_EQ(http.post("/v1/events", std::string(kBatch), batch_json({good, bad})).status, 403);
  EXPECT_EQ(head().offset, before);
}

}  // namespace
}  // namespace courtside::e2e
