// Goal: events give the state that the rules define, with the same bytes in every build and for
// every split into snapshots; unknown fields are kept, and what is too large is listed.
#include "replay/state/state_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/hash.h"
#include "tests/replay/support/told_events.h"

namespace courtside {
namespace {

using test::at;
using test::state;
using test::tell;
using test::Told;
using testing::HasSubstr;
using testing::Not;

TEST(StateFold, ABookingHasTheStatusOfItsEventsAndItsLastFields) {
  EXPECT_EQ(
      state("booking:b_1",
            {{"booking.created",
              R"({"bookingId":"b_1","amount":{ "minor":1, "currency":"INR"},"start":"s"})"},
             {"booking.confirmed", R"({"by":"u_2"})"},
             {"booking.cancelled", R"({"by":"u_1","reasonCode":"RAIN","status":"odd"})"}}),
      R"({"amount":{ "minor":1, "currency":"INR"},"bookingId":"b_1","by":"u_1","cancelled":)" +
          at(3) + R"(,"confirmed":)" + at(2) + R"(,"created":)" + at(1) +
          R"(,"fields":{"status":"odd"},"lastType":"booking.cancelled","reasonCode":"RAIN",)"
          R"("start":"s","status":"CANCELLED","version":3})");
}

TEST(StateFold, AnUnknownStatusSurvivesAsItWasWritten) {
  const auto status = [](const std::vector<Told>& events) {
    StateFold fold("booking:b");
    for (const Told& told : events) tell(fold, told);
    return std::string(fold.member("status"));
  };
  EXPECT_EQ(status({{"booking.created", "{}"}}), R"("PENDING")");
  EXPECT_EQ(status({{"booking.created", R"({"status":"HELD"})"}}), R"("HELD")");
  EXPECT_EQ(status({{"booking.status_changed", R"({"status":"Weird \u00fc/x"})"}}),
            "\"Weird ü/x\"");
  EXPECT_EQ(status({{"booking.status_changed", R"({"from":"A","to":"DISPUTED"})"}}),
            R"("DISPUTED")");
  EXPECT_EQ(status({{"booking.confirmed", "{}"}, {"booking.amended", R"({"to":"x"})"}}),
            R"("CONFIRMED")");
  EXPECT_EQ(status({{"booking.no_show_confirmed", "{}"}}), R"("NO_SHOW")");
}

TEST(StateFold, MoneyOfABookingIsListedByItsPayment) {
  EXPECT_EQ(
      state("booking:b", {{"booking.confirmed", R"({"amount":1})"},
                          {"payment.authorized", R"({"paymentId":"p","bookingId":"b","amount":2})"},
                          {"payment.captured", R"({"paymentId":"p","bookingId":"b"})"},
                          {"refund.requested", R"({"refundId":"r","amount":3})"}}),
      R"({"amount":1,"bookingId":"b","confirmed":)" + at(1) +
          R"(,"lastType":"refund.requested","payments":{"p":{"amount":2,"authorized":)" + at(2) +
          R"(,"captured":)" + at(3) +
          R"(,"status":"captured"}},"refunds":{"r":{"amount":3,"requested":)" + at(4) +
          R"(,"status":"requested"}},"status":"CONFIRMED","version":4})");
  // Listed under the payment's id, because the refund has none.
  EXPECT_EQ(
      state("booking:b", {{"refund.requested", R"({"paymentId":"p1","bookingId":"b","amount":1})"},
                          {"refund.requested", R"({"paymentId":"p2","bookingId":"b","amount":2})"},
                          {"refund.succeeded", R"({"paymentId":"p1","bookingId":"b"})"}}),
      R"({"bookingId":"b","lastType":"refund.succeeded","refunds":{"p1":{"amount":1,)"
      R"("paymentId":"p1","requested":)" +
          at(1) + R"(,"status":"succeeded","succeeded":)" + at(3) +
          R"(},"p2":{"amount":2,"paymentId":"p2","requested":)" + at(2) +
          R"(,"status":"requested"}},"version":3})");
  EXPECT_EQ(state("payment:p", {{"payment.failed", R"({"paymentId":"p","code":"51"})"}}),
            R"({"code":"51","failed":)" + at(1) +
                R"(,"lastType":"payment.failed","paymentId":"p","status":"failed","version":1})");
}

TEST(StateFold, ASlotIsHeldByOneAndFreeAgainOnlyWhenThatHoldEnds) {
  StateFold slot("slot:s");
  const auto after = [&](const std::string& type, const std::string& data) {
    tell(slot, {type, data});
    std::string told(slot.member("status"));
    for (const char* name : {"holder", "holdId", "expiresAt"}) {
      told.append(" ").append(slot.member(name));
    }
    return told;
  };
  EXPECT_EQ(after("slot.price_changed", R"({"price":1})"), R"("available"   )");
  EXPECT_EQ(after("slot.held", R"({"accountId":"u","holdId":"h","expiresAt":"t"})"),
            R"("held" "u" "h" "t")");
  EXPECT_EQ(after("slot.hold_expired", R"({"accountId":"u","holdId":"before"})"),
            R"("held" "u" "h" "t")");
  EXPECT_EQ(after("slot.booked", R"({"bookingId":"b","holdId":"h"})"), R"("booked" "u"  )");
  EXPECT_EQ(after("slot.hold_expired", R"({"holdId":"h"})"), R"("booked" "u"  )");
  EXPECT_EQ(slot.member("bookingId"), R"("b")");
  EXPECT_EQ(after("slot.released", "{}"), R"("available"   )");
  EXPECT_EQ(slot.member("bookingId"), "");
  EXPECT_EQ(after("slot.held", R"({"holdId":"h2"})"), R"("held"  "h2" )");
  EXPECT_EQ(after("slot.hold_released", "{}"), R"("available"   )");
  EXPECT_EQ(after("slot.maintenance_started", "{}"), R"("maintenance"   )");
  EXPECT_EQ(after("slot.maintenance_ended", "{}"), R"("available"   )");
  EXPECT_EQ(slot.member("price"), "1");
}

// An event that ends a hold or a booking may name the booking, and a late one may name another
// booking. Neither may leave a wrong booking in the slot.
TEST(StateFold, WhatEndsABookingLeavesNothingOfIt) {
  const auto told = [](const std::vector<Told>& events) {
    StateFold slot("slot:s");
    for (const Told& each : events) tell(slot, each);
    return slot.member("status") + " " + slot.member("holder") + " " + slot.member("bookingId");
  };
  const Told booked = {"slot.booked", R"({"accountId":"u","bookingId":"b_1"})"};
  EXPECT_EQ(told({booked, {"slot.released", R"({"bookingId":"b_1"})"}}), R"("available"  )");
  EXPECT_EQ(told({booked, {"slot.hold_expired", R"({"holdId":"h2","bookingId":"b_2"})"}}),
            R"("booked" "u" "b_1")");
  // An event that ends nothing does not change the owner either.
  EXPECT_EQ(told({booked, {"slot.price_changed", R"({"bookingId":"b_2","accountId":"v"})"}}),
            R"("booked" "u" "b_1")");
  EXPECT_EQ(told({{"slot.held", R"({"accountId":"u"})"},
                  {"slot.hold_released", R"({"accountId":"u","bookingId":"b_1"})"}}),
            R"("available"  )");
}

// Without ids, the accounts distinguish one hold from the next.
TEST(StateFold, ALateEndOfAnothersHoldFreesNothing) {
  const auto told = [](const std::vector<Told>& events) {
    StateFold slot("slot:s");
    for (const Told& each : events) tell(slot, each);
    return slot.member("status") + " " + slot.member("holder");
  };
  const Told of_a = {"slot.held", R"({"accountId":"a"})"};
  const Told of_b = {"slot.held", R"({"accountId":"b","holdId":"h"})"};
  EXPECT_EQ(told({of_a, of_b, {"slot.hold_expired", R"({"accountId":"a"})"}}), R"("held" "b")");
  EXPECT_EQ(told({of_a, of_b, {"slot.hold_expired", R"({"accountId":"b"})"}}), R"("available" )");
  EXPECT_EQ(told({of_a, of_b, {"slot.hold_expired", "{}"}}), R"("available" )");
}

TEST(StateFold, ANotificationTellsItsWayByEachChannel) {
  EXPECT_EQ(
      state("notification:n", {{"notification.created", R"({"notificationId":"n","title":"T"})"},
                               {"notification.dispatched", R"({"channel":"PUSH"})"},
                               {"notification.failed", R"({"channel":"PUSH"})"},
                               {"notification.dispatched", R"({"channel":"PUSH"})"},
                               {"notification.dispatched", R"({"channel":"EMAIL","attempt":7})"},
                               {"notification.delivered", R"({"channel":"PUSH"})"},
                               {"notification.read", "{}"}}),
      R"({"created":)" + at(1) + R"(,"deliveries":[{"attempt":7,"channel":"EMAIL","dispatched":)" +
          at(5) + R"(},{"attempt":2,"channel":"PUSH","delivered":)" + at(6) + R"(,"dispatched":)" +
          at(4) + R"(,"failed":)" + at(3) +
          R"(}],"lastType":"notification.read","notificationId":"n","read":)" + at(7) +
          R"(,"title":"T","version":7})");
}

TEST(StateFold, AChatRoomHasItsParticipantsAndItsLastMessage) {
  StateFold room("chat:r");
  tell(room, {"chat.room_opened", R"({"roomId":"r","kind":"support","participants":["b","a",1]})"});
  tell(room, {"chat.participant_added", R"({"roomId":"r","accountId":"c"})"});
  tell(room, {"chat.message_posted", R"({"messageId":"m1","body":"one"})", "a"});
  tell(room, {"chat.message_posted", R"({"messageId":"m2","senderId":"b","body":"two","x":[1]})"});
  tell(room, {"chat.message_edited", R"({"messageId":"m1","body":"ONE"})"});
  tell(room, {"chat.message_edited", R"({"messageId":"m2","body":"TWO"})"});
  tell(room, {"chat.read_up_to", R"({"messageId":"m1"})", "c"});
  EXPECT_EQ(room.text(),
            R"({"count":2,"kind":"support","lastMessage":{"body":"TWO","edited":)" + at(6) +
                R"(,"messageId":"m2","posted":)" + at(4) +
                R"(,"senderId":"b","x":[1]},"lastType":"chat.read_up_to","opened":)" + at(1) +
                R"(,"participants":["a","b","c"],"readUpTo":{"c":"m1"},"roomId":"r","version":7})");
  // All content of the message is erased, whatever its fields are called.
  tell(room, {"chat.message_deleted", R"({"messageId":"m2","reason":"rude"})"});
  tell(room, {"chat.participant_removed", R"({"accountId":"c"})"});
  EXPECT_THAT(room.text(),
              HasSubstr(R"("lastMessage":{"deleted":)" + at(8) + R"(,"edited":)" + at(6) +
                        R"(,"messageId":"m2","posted":)" + at(4) + R"(,"senderId":"b"},)"));
  EXPECT_THAT(room.text(), HasSubstr(R"("participants":["a","b"],"roomId")"));
  EXPECT_THAT(room.text(), Not(HasSubstr("readUpTo")));
}

TEST(StateFold, ATicketHasItsOpenerItsAssigneeAndItsStatus) {
  EXPECT_EQ(state("ticket:t", {{"ticket.opened", R"({"ticketId":"t","accountId":"u"})"},
                               {"ticket.assigned", R"({"assigneeId":"s"})"},
                               {"ticket.status_changed", R"({"status":"WAITING"})"}}),
            R"({"assignee":"s","lastType":"ticket.status_changed","opened":)" + at(1) +
                R"(,"opener":"u","status":"WAITING","ticketId":"t","version":3})");
  EXPECT_THAT(state("ticket:t", {{"ticket.assigned", R"({"assigneeId":"s"})"},
                                 {"ticket.assigned", R"({"assigneeId":null})"},
                                 {"ticket.closed", "{}"}}),
              testing::AllOf(HasSubstr(R"("status":"CLOSED")"), Not(HasSubstr("assignee"))));
}

TEST(StateFold, AnythingElseLeavesTheLastValueOfEachFieldAsItCame) {
  EXPECT_EQ(
      state("thing:t", {{"thing.was", R"({"b":1e400,"a":{"z":1, "y":2},"version":9})"},
                        {"thing.is", R"({"b":10000000000000000000000,"\u0062":1.50,"b2":null})"},
                        {"thing.other", ""}}),
      R"({"a":{"z":1, "y":2},"b":1.50,"b2":null,"fields":{"version":9},)"
      R"("lastType":"thing.other","version":3})");
  // Names that UTF-8 cannot encode, and data that is not an object.
  EXPECT_EQ(state("thing:t", {{"thing.was", R"({"\ud800":1})"}, {"thing.is", "[1, 2]"}}),
            R"({"\ud800":1,"data":[1, 2],"lastType":"thing.is","version":2})");
  // A generic event about a booking cannot set the members of the rules.
  EXPECT_THAT(state("booking:b", {{"booking.confirmed", "{}"},
                                  {"reminder.sent", R"({"status":"x","note":"y"})"}}),
              testing::AllOf(HasSubstr(R"("status":"CONFIRMED")"), HasSubstr(R"("note":"y")"),
                             HasSubstr(R"("fields":{"status":"x"})")));
}

TEST(StateFold, WhatIsTooLargeIsSaidAndNeverHalfThere) {
  const std::string large = "\"" + std::string(200'000, 'x') + "\"";
  StateFold fold("thing:t");
  tell(fold, {"thing.was", R"({"a":)" + large + R"(,"b":1})"});
  tell(fold, {"thing.is", R"({"b":)" + large + R"(,"c":2})"});
  EXPECT_LE(fold.text().size(), StateObject::kStateBytesMax);
  EXPECT_EQ(fold.member("b"), "");  // 1 is no longer its last value
  EXPECT_EQ(fold.member("c"), "2");
  EXPECT_THAT(fold.text(), HasSubstr(R"("omitted":["b"])"));
  tell(fold, {"thing.is", R"({"a":0})"});
  EXPECT_THAT(fold.text(), HasSubstr(R"("omitted":["b"])"));
  tell(fold, {"thing.is", R"({"b":)" + large + "}"});
  EXPECT_THAT(fold.text(), Not(HasSubstr("omitted")));
  EXPECT_EQ(fold.member("b"), large);
}

// Each message is a new one: what did not fit of the previous message does not affect it.
TEST(StateFold, AMessageThatFitsIsWholeAfterOneThatDidNot) {
  const std::string large = "\"" + std::string(150'000, 'x') + "\"";
  StateFold room("chat:r");
  const auto post = [&room](const std::string& id, const std::string& more) {
    tell(room, {"chat.message_posted", R"({"roomId":"r","messageId":")" + id + "\"" + more + "}"});
  };
  const auto too_large = [&large] { return ",\"a\":" + large + ",\"b\":" + large; };
  post("m_1", too_large());
  EXPECT_THAT(room.text(), HasSubstr(R"("omitted":["lastMessage"])"));
  post("m_2", R"(,"body":"small")");
  EXPECT_THAT(room.text(), HasSubstr(R"("body":"small")"));
  EXPECT_THAT(room.text(), Not(HasSubstr("omitted")));
  post("m_3", too_large());
  tell(room, {"chat.message_edited", R"({"roomId":"r","messageId":"m_3","body":"edited"})"});
  EXPECT_THAT(room.text(), HasSubstr(R"("omitted":["lastMessage"])"));  // `b` is still missing
  tell(room, {"chat.message_deleted", R"({"roomId":"r","messageId":"m_3"})"});
  EXPECT_THAT(room.text(), Not(HasSubstr("omitted")));
}

TEST(StateFold, AnyNumberOfFieldsIsBounded) {
  StateFold fold("thing:t");
  for (int round = 0; round < 20; ++round) {
    std::string data = "{";
    for (int i = 0; i < 1000; ++i) {
      data +=
          (i > 0 ? "," : "") + json_token(std::string(100, 'n') + std::to_string(round * 1000 + i));
      data += ":0";
    }
    tell(fold, {"thing.is", data + "}"});
  }
  const std::size_t list = StateObject::kOmittedMax * StateObject::kOmittedBytesMax;
  EXPECT_LE(fold.text().size(), StateObject::kStateBytesMax + list + 200);
  EXPECT_GT(fold.text().size(), StateObject::kStateBytesMax / 2);
  EXPECT_THAT(fold.text(), HasSubstr(R"("omittedMore":true)"));
  EXPECT_EQ(fold.version(), 20u);

  StateFold room("chat:r");
  for (int i = 0; i < 20'000; ++i) {
    tell(room, {"chat.participant_added", R"({"accountId":"account-)" + std::to_string(i) + "\"}"});
  }
  EXPECT_LE(room.text().size(), StateObject::kStateBytesMax + 200);
  EXPECT_THAT(room.text(), HasSubstr(R"("omitted":["participants"])"));
}

// ---------------------------------------------------------------------------------------------
// Random sequences from a seed.

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : engine_(seed) {}
  // The engine's numbers are the same everywhere; those of the library's distributions are not.
  std::size_t below(std::size_t count) { return engine_() % count; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

 private:
  std::mt19937 engine_;
};

Told random_event(Chance& chance, const std::string& kind) {
  static const std::map<std::string, std::vector<std::string>> events = {
      {"booking",
       {"booking.created", "booking.confirmed", "booking.cancelled", "booking.status_changed",
        "payment.captured", "refund.failed", "odd.one"}},
      {"slot",
       {"slot.held", "slot.hold_expired", "slot.booked", "slot.released", "slot.price_changed",
        "slot.maintenance_started", "slot.hold_released"}},
      {"notification",
       {"notification.created", "notification.dispatched", "notification.delivered",
        "notification.failed", "notification.read"}},
      {"chat",
       {"chat.room_opened", "chat.participant_added", "chat.participant_removed",
        "chat.message_posted", "chat.message_edited", "chat.message_deleted", "chat.read_up_to"}},
      {"ticket", {"ticket.opened", "ticket.assigned", "ticket.status_changed", "ticket.closed"}},
      {"thing", {"thing.was", "thing.is"}}};
  static const std::vector<std::string> names = {
      "accountId", "holdId",    "paymentId", "refundId", "channel", "messageId", "assigneeId",
      "status",    "to",        "amount",    "attempt",  "created", "version",   "note",
      "body",      "expiresAt", "data",      "omitted",  "\\ud800", "b\\u0062"};
  static const std::vector<std::string> values = {
      "1",      "null",         R"("x")",
      R"("y")", R"("z\u00e9")", R"({"minor":1})",
      "[ ]",    "1e400",        "\"" + std::string(100'000, 'l') + "\""};
  std::string data = "{";
  for (std::size_t left = chance.below(6); left > 0; --left) {
    const bool rare = chance.below(40) == 0;
    data += (data.size() > 1 ? ",\"" : "\"") + chance.pick(names) + "\":";
    data += rare ? values.back() : values[chance.below(values.size() - 1)];
  }
  return {chance.pick(events.at(kind)), data + "}", chance.pick({"", "x", "y"})};
}

const std::vector<std::string> kKinds = {"booking", "slot",   "notification",
                                         "chat",    "ticket", "thing"};

TEST(StateFold, FoldsToTheSameBytesInEveryBuild) {
  std::string all;
  Chance chance(7);
  for (const std::string& kind : kKinds) {
    StateFold fold(kind + ":x");
    for (int i = 0; i < 500; ++i) {
      tell(fold, random_event(chance, kind));
      if (i % 50 == 0) all += fold.text();
    }
    all += fold.text();
  }
  // A change of the rules changes this hash and kStateRulesVersion.
  EXPECT_EQ(kStateRulesVersion, 4);
  EXPECT_EQ(hash128(all, "").high, 3647008059023663184ULL);
}

TEST(StateFold, GoesOnFromItsTextAsIfItHadFoldedAll) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Chance chance(seed);
    const std::string kind = kKinds[seed % kKinds.size()];
    StateFold whole(kind + ":x");
    StateFold cut(kind + ":x");
    for (int i = 0; i < 60; ++i) {
      const Told told = random_event(chance, kind);
      tell(whole, told);
      tell(cut, told);
      if (chance.below(4) == 0) {
        StateFold fresh(kind + ":x");
        ASSERT_TRUE(fresh.resume(cut.text(), cut.memory()));
        ASSERT_EQ(fresh.size_bytes(), cut.size_bytes());
        cut = fresh;
      }
      ASSERT_EQ(cut.text(), whole.text());
    }
    ASSERT_TRUE(read_json(whole.text()).is(JsonKind::kObject));
  }
}

}  // namespace
}  // namespace courtside
