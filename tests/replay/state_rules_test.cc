// Goal: each member of a state follows only its own events: the end of something else changes
// nothing, a deleted message stays deleted, and a message only has its sender's words.
#include "replay/state/state_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "replay/state/chat_rules.h"
#include "tests/replay/support/told_events.h"

namespace courtside {
namespace {

using test::state;
using test::tell;
using test::Told;
using testing::HasSubstr;
using testing::Not;

// Each way in which a slot can be taken, and each event that ends something else.
TEST(StateRules, WhatEndsSomethingElseChangesNothing) {
  const std::string times = R"("start":"2026-12-01T18:00:00Z","note":"mine")";
  const Told booked = {"slot.booked", R"({"accountId":"u2","bookingId":"b2",)" + times + "}"};
  const Told held = {"slot.held", R"({"accountId":"u2","holdId":"h2",)" + times + "}"};
  const Told closed = {"slot.maintenance_started", "{" + times + "}"};
  const Told open = {"slot.price_changed", "{" + times + "}"};
  const std::string more = R"("start":"2020-01-01T00:00:00Z","note":"late"})";
  const Told released_b1 = {"slot.released", R"({"bookingId":"b1",)" + more};
  const Told released_u1 = {"slot.released", R"({"accountId":"u1",)" + more};
  const Told released = {"slot.released", "{" + more};
  const Told reopened = {"slot.maintenance_ended", "{" + more};
  const Told expired_h1 = {"slot.hold_expired", R"({"holdId":"h1",)" + more};
  const Told dropped_u1 = {"slot.hold_released", R"({"accountId":"u1",)" + more};
  const Told dropped = {"slot.hold_released", "{" + more};
  struct Case {
    Told before;
    std::vector<Told> ends_of_others;
  };
  for (const auto& [before, ends] :
       {Case{booked, {released_b1, released_u1, reopened, expired_h1, dropped_u1, dropped}},
        Case{held, {released_b1, released_u1, released, reopened, expired_h1, dropped_u1}},
        Case{closed, {released_b1, released, expired_h1, dropped_u1, dropped}},
        Case{open, {released_b1, released, reopened, expired_h1, dropped}}}) {
    for (const Told& end : ends) {
      SCOPED_TRACE(before.type + " " + end.type + " " + end.data);
      StateFold with("slot:s");
      tell(with, before);
      std::string expected = with.text();
      const auto put = [&](const std::string& from, const std::string& to) {
        expected.replace(expected.find(from), from.size(), to);
      };
      put(before.type, end.type);
      put(R"("version":1)", R"("version":2)");
      tell(with, end);
      EXPECT_EQ(with.text(), expected);
    }
  }
}

// What the reader does not see of an event still decides.
TEST(StateRules, AReaderWithoutIdsSeesTheSlotAsItIs) {
  const Projection seen{.name = "availability",
                        .data_fields = {"slotId", "start"},
                        .listed_are_hidden = false,
                        .hide_actor = true};
  const auto status = [&](const std::vector<Told>& events, std::size_t cut_at) {
    StateFold fold("slot:s");
    std::uint64_t version = 0;
    for (const Told& told : events) {
      EventFields event;
      event.type = told.type;
      event.data_kind = DataKind::kJson;
      event.data = told.data;
      event.subject = "slot:s";
      const std::string bytes = build_event(event);
      ++version;
      fold.apply(EventView(bytes), &seen, Timestamp(1), version);
      if (version != cut_at) continue;
      StateFold resumed("slot:s");
      EXPECT_TRUE(resumed.resume(fold.text(), fold.memory()));
      fold = resumed;
    }
    EXPECT_THAT(fold.text(), Not(HasSubstr("b2")));
    EXPECT_THAT(fold.text(), Not(HasSubstr("u2")));
    return fold.member("status");
  };
  const Told booked = {"slot.booked", R"({"slotId":"s","accountId":"u2","bookingId":"b2"})"};
  const Told of_b1 = {"slot.released", R"({"slotId":"s","bookingId":"b1"})"};
  const Told of_b2 = {"slot.released", R"({"slotId":"s","bookingId":"b2"})"};
  for (std::size_t cut = 0; cut < 3; ++cut) {
    EXPECT_EQ(status({booked, of_b1}, cut), R"("booked")");
    EXPECT_EQ(status({booked, of_b1, of_b2}, cut), R"("available")");
    EXPECT_EQ(
        status({{"slot.held", R"({"holdId":"h2"})"}, {"slot.hold_expired", R"({"holdId":"h1"})"}},
               cut),
        R"("held")");
  }
}

TEST(StateRules, EachMemberOfASlotFollowsItsOwnEvent) {
  const auto told = [](const std::vector<Told>& events) {
    StateFold slot("slot:s");
    for (const Told& each : events) tell(slot, each);
    return slot.member("status") + " " + slot.member("holder") + " " + slot.member("bookingId");
  };
  const Told of_b0 = {"slot.booked", R"({"accountId":"u0","bookingId":"b0"})"};
  EXPECT_EQ(told({of_b0, {"slot.booked", R"({"accountId":"u1"})"}}), R"("booked" "u1" )");
  EXPECT_EQ(told({of_b0, {"slot.booked", R"({"bookingId":"b1"})"}}), R"("booked"  "b1")");
  EXPECT_EQ(told({of_b0, {"slot.booked", "{}"}}), R"("booked"  )");
  EXPECT_EQ(told({of_b0, {"slot.booked", R"({"bookingId":"b0"})"}}), R"("booked" "u0" "b0")");
  EXPECT_EQ(told({of_b0, {"slot.held", R"({"accountId":"u1"})"}}), R"("held" "u1" )");
  EXPECT_EQ(told({of_b0, {"slot.maintenance_started", "{}"}}), R"("maintenance"  )");
  // A booking inherits from its own hold and from no other.
  const Told hold = {"slot.held", R"({"accountId":"u0","holdId":"h0","bookingId":"b0"})"};
  EXPECT_EQ(told({hold, {"slot.booked", R"({"holdId":"h0"})"}}), R"("booked" "u0" "b0")");
  EXPECT_EQ(told({hold, {"slot.booked", R"({"holdId":"h1"})"}}), R"("booked"  )");
  EXPECT_EQ(told({hold, {"slot.booked", R"({"accountId":"u1"})"}}), R"("booked" "u1" )");
}

TEST(StateRules, EachMemberOfATicketABookingAndAPaymentFollowsItsOwnEvent) {
  const auto told = [](const std::string& subject, const std::vector<Told>& events) {
    StateFold fold(subject);
    for (const Told& each : events) tell(fold, each);
    return fold.member("status") + " " + fold.member("from") + " " + fold.member("to") + " " +
           fold.member("code");
  };
  const std::vector<std::string> both = {R"({"status":"S1","from":"T0","to":"T1"})",
                                         R"({"to":"T2"})"};
  EXPECT_EQ(told("ticket:t", {{"ticket.status_changed", both[0]}}), R"("S1" "T0"  )");
  EXPECT_EQ(
      told("ticket:t", {{"ticket.status_changed", both[0]}, {"ticket.status_changed", both[1]}}),
      R"("T2"   )");
  EXPECT_EQ(
      told("booking:b", {{"booking.status_changed", both[0]}, {"booking.status_changed", both[1]}}),
      R"("T2"  "T2" )");
  EXPECT_EQ(told("booking:b", {{"booking.rescheduled", R"({"from":"s1","to":"s2"})"},
                               {"booking.status_changed", R"({"status":"S3"})"}}),
            R"("S3"   )");
  EXPECT_EQ(told("payment:p", {{"payment.failed", R"({"code":"51"})"}, {"payment.captured", "{}"}}),
            R"("captured"   )");
  EXPECT_THAT(state("booking:b", {{"payment.failed", R"({"paymentId":"p","code":"51"})"},
                                  {"payment.captured", R"({"paymentId":"p"})"}}),
              Not(HasSubstr("51")));
  // Assigned to no account.
  EXPECT_THAT(state("ticket:t", {{"ticket.assigned", R"({"assigneeId":"s"})"},
                                 {"ticket.replied", "{}"},
                                 {"ticket.assigned", "{}"}}),
              Not(HasSubstr("assignee")));
}

TEST(StateRules, WhatANotificationSaysComesFromItsCreationAlone) {
  const Told created = {"notification.created",
                        R"({"notificationId":"n","accountId":"u","title":"T","body":"B"})"};
  const std::string forged =
      R"({"notificationId":"n","accountId":"x","title":"F","body":"F","kind":"F","link":"F",)"
      R"("bookingId":"F","channel":"EMAIL","attempt":9,"created":"F","deliveries":"F","odd":"F"})";
  for (const char* type : {"notification.read", "notification.seen"}) {
    const std::string text = state("notification:n", {created, {type, forged}});
    EXPECT_THAT(text, testing::AllOf(Not(HasSubstr("F")), Not(HasSubstr("EMAIL")),
                                     Not(HasSubstr("deliveries")), HasSubstr(R"("title":"T")")))
        << text;
    EXPECT_THAT(state("notification:n", {{type, forged}, created}), Not(HasSubstr("F")));
  }
  const std::string sent = state("notification:n", {created, {"notification.dispatched", forged}});
  EXPECT_THAT(sent, testing::AllOf(Not(HasSubstr("F\"")), HasSubstr(R"("attempt":9)"))) << sent;
}

// The text of a deleted message does not come back, in whatever order the events come.
TEST(StateRules, ADeletedMessageStaysDeleted) {
  const Told post = {"chat.message_posted", R"({"messageId":"m1","senderId":"a","body":"SAID"})"};
  const Told edit = {"chat.message_edited", R"({"messageId":"m1","senderId":"a","body":"SAID"})"};
  const Told erase = {"chat.message_deleted", R"({"messageId":"m1","senderId":"a"})"};
  const Told other = {"chat.message_posted", R"({"messageId":"m2","senderId":"b","body":"else"})"};
  const Told erase_other = {"chat.message_deleted", R"({"messageId":"m2"})"};
  for (const std::vector<Told>& events : std::vector<std::vector<Told>>{
           {post, erase, edit},
           {post, edit, erase, edit},
           {erase, post},
           {erase, post, edit},
           {erase, edit, post},
           {post, erase, post},
           {post, erase, post, edit},
           {post, erase, other, post},
           {post, other, erase, post, edit},
           {post, erase, erase_other, other, post},
       }) {
    StateFold room("chat:r");
    for (const Told& told : events) {
      tell(room, told);
      // Also after continuing from a snapshot.
      StateFold resumed("chat:r");
      ASSERT_TRUE(resumed.resume(room.text(), room.memory()));
      room = resumed;
    }
    EXPECT_THAT(room.text(), Not(HasSubstr("SAID"))) << room.text();
    EXPECT_THAT(room.text(), HasSubstr(R"("deleted":)")) << room.text();
    EXPECT_THAT(room.text(), HasSubstr(R"("messageId":"m1")")) << room.text();
  }
  // An event cannot set the times that the rules set.
  EXPECT_THAT(state("chat:r", {{"chat.message_posted",
                                R"({"messageId":"m1","deleted":"x","edited":"x","posted":"x"})"}}),
              Not(HasSubstr(R"("x")")));
}

TEST(StateRules, ARoomForgetsTheOldestOfManyDeletedMessages) {
  StateFold room("chat:r");
  for (std::size_t i = 0; i <= kDeletedMax; ++i) {
    tell(room, {"chat.message_deleted", R"({"messageId":"m)" + std::to_string(i) + R"("})"});
  }
  EXPECT_LT(room.memory().size(), 100 * kDeletedMax);
  tell(room, {"chat.message_posted", R"({"messageId":"m1","body":"SAID"})"});
  EXPECT_THAT(room.text(), Not(HasSubstr("SAID")));
  tell(room, {"chat.message_posted", R"({"messageId":"m0","body":"SAID"})"});
  EXPECT_THAT(room.text(), HasSubstr("SAID"));
}

// A participant's event changes only its message or its read position.
TEST(StateRules, AParticipantChangesNothingOfTheRoom) {
  StateFold room("chat:r");
  tell(room, {"chat.room_opened", R"({"roomId":"r","kind":"support","participants":["a"]})"});
  const std::string forged =
      R"({"roomId":"r","messageId":"m1","kind":"F","participants":["F"],"count":"F","opened":"F",)"
      R"("ticketId":"F"})";
  for (const char* name : {"read_up_to", "message_deleted", "message_edited", "message_posted"}) {
    tell(room, {std::string("chat.") + name, forged, "a"});
    std::string text = room.text();
    const auto last = text.find(R"("lastMessage")");
    if (last != std::string::npos) text.erase(last, text.find('}', last) - last);
    EXPECT_THAT(text, Not(HasSubstr("F"))) << name << ": " << room.text();
  }
}

TEST(StateRules, ARoomThatEverybodyLeftHasNoParticipants) {
  StateFold room("chat:r");
  tell(room, {"chat.room_opened", R"({"roomId":"r","participants":["a"]})"});
  tell(room, {"chat.participant_removed", R"({"roomId":"r","accountId":"a"})"});
  EXPECT_EQ(room.member("participants"), "[]");
  StateFold resumed("chat:r");
  ASSERT_TRUE(resumed.resume(room.text()));
  EXPECT_EQ(resumed.text(), room.text());
  EXPECT_EQ(resumed.size_bytes(), room.size_bytes());
  EXPECT_THAT(state("chat:r", {{"chat.room_opened", R"({"participants":[]})"}}),
              HasSubstr(R"("participants":[])"));
}

}  // namespace
}  // namespace courtside
