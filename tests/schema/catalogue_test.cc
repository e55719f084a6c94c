// Goal: events of catalogue types are validated against the rules of their type; all others pass.
#include "schema/catalogue.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>

#include "tests/schema/cloudevent_fixture.h"

namespace courtside {
namespace {

std::string verdict_on_type(const std::string& type, const std::string& subject,
                            const std::string& data) {
  return verdict_on(R"({"specversion":"1.0","id":"1","source":"/web","type":")" + type +
                    R"(","subject":")" + subject + "\"" +
                    (data.empty() ? "" : ",\"data\":" + data) + "}");
}

// The platform's own table of its first set of types.
const std::map<std::string, std::string> kFirstSet = {
    {"slot",
     "held hold_released hold_expired booked released price_changed maintenance_started "
     "maintenance_ended"},
    {"booking",
     "created confirmed rejected expired rescheduled amended cancelled checked_in completed "
     "no_show_confirmed status_changed"},
    {"payment", "authorized captured failed"},
    {"refund", "requested succeeded failed"},
    {"notification", "created dispatched delivered failed seen read"},
    {"chat",
     "room_opened participant_added participant_removed message_posted message_edited "
     "message_deleted read_up_to"},
    {"ticket", "opened assigned replied status_changed closed"},
    {"venue", "updated hours_changed suspended staff_added staff_removed"},
    {"account", "role_changed"},
    {"session", "revoked"},
    {"audit", "queried exported"}};

TEST(Catalogue, HoldsTheFirstSet) {
  ASSERT_EQ(catalogue().size(), kFirstSet.size());
  for (const EventFamily& family : catalogue()) {
    std::string events;
    for (const auto& [event, meaning] : family.events) {
      events.append(events.empty() ? "" : " ").append(event);
      EXPECT_EQ(find_family(std::string(family.name).append(".").append(event)), &family);
    }
    EXPECT_EQ(events, kFirstSet.at(std::string(family.name)));
  }
}

// The other ids that an event of this type must have, as JSON members with a comma before each.
std::string other_required_ids(const EventFamily& family, std::string_view event,
                               const SubjectRule& subject) {
  std::string members;
  for (const RequiredId& id : family.required) {
    if (id.event != event || id.field == subject.field) continue;
    members.append(",\"").append(id.field).append("\":\"y_1\"");
  }
  return members;
}

// Each family accepts each of its subjects with its id in the data, and no event without that id.
TEST(Catalogue, TheSubjectsIdIsInTheDataAndAgrees) {
  for (const EventFamily& family : catalogue()) {
    const std::string_view event = family.events.front().name;
    const std::string type = std::string(family.name) + "." + std::string(event);
    for (const SubjectRule& rule : family.subjects) {
      const std::string subject = std::string(rule.kind) + ":x_1";
      const std::string field(rule.field);
      const auto verdict = [&](const std::string& member) {
        const std::string others = other_required_ids(family, event, rule);
        return verdict_on_type(type, subject, "{" + member + others + "}");
      };
      EXPECT_EQ(verdict("\"" + field + R"(":"x_1")"), "ok") << type;
      EXPECT_EQ(verdict(R"("s":{")" + field + R"(":"x_1"})"),
                "invalid_event: /data/" + field + " is missing");
      EXPECT_EQ(verdict("\"" + field + R"(":null)"),
                "invalid_event: /data/" + field + " is missing");
      EXPECT_EQ(verdict("\"" + field + R"(":"x_2")"),
                "invalid_event: /data/" + field + " must be the id in `subject`");
    }
    if (family.subjects.empty()) {
      EXPECT_EQ(verdict_on_type(type, "x:1", "{}"), "ok");
      continue;
    }
    const std::string wanted =
        "invalid_event: /subject must be `" + std::string(family.subjects.front().kind) + ":<";
    EXPECT_EQ(verdict_on_type(type, "other:x_1", "{}").substr(0, wanted.size()), wanted);
  }
}

// A revocation without an account would be accepted and revoke nothing.
TEST(Catalogue, AnEventThatChangesRightsSaysWhose) {
  const std::string missing =
      "invalid_event: /data/accountId is missing: without it nobody's rights would change";
  const std::string wrong = "invalid_event: /data/accountId must be an id: text of 1 to 64 bytes";
  const std::tuple<std::string, std::string, std::string> events[] = {
      {"session.revoked", "session:x", R"("sessionId":"x")"},
      {"venue.staff_added", "venue:x", R"("venueId":"x")"},
      {"venue.staff_removed", "venue:x", R"("venueId":"x")"},
      {"chat.participant_added", "chat:x", R"("roomId":"x")"},
      {"chat.participant_removed", "chat:x", R"("roomId":"x")"}};
  for (const auto& [type, subject, id] : events) {
    const auto verdict = [&, &type = type, &subject = subject, &id = id](const std::string& more) {
      return verdict_on_type(type, subject, "{" + id + more + "}");
    };
    EXPECT_EQ(verdict(R"(,"accountId":"42")"), "ok") << type;
    EXPECT_EQ(verdict(R"(,"account\u0049d":"42")"), "ok") << type;
    for (const char* without : {"", R"(,"accountId":null)", R"(,"accountid":"42")",
                                R"(,"sub":{"accountId":"42"})", R"(,"by":"42")"}) {
      EXPECT_EQ(verdict(without), missing) << type << without;
    }
    for (const char* no_id :
         {R"(,"accountId":"")", R"(,"accountId":42)", R"(,"accountId":["42"])"}) {
      EXPECT_EQ(verdict(no_id), wrong) << type << no_id;
    }
  }
  EXPECT_EQ(verdict_on_type("venue.updated", "venue:x", R"({"venueId":"x"})"), "ok");
  EXPECT_EQ(verdict_on_type("session.revoked", "user:x", "{}"),
            "invalid_event: /data/accountId is missing");
}

TEST(Catalogue, NamesTheSubjectsItTakes) {
  EXPECT_EQ(verdict_on_type("payment.captured", "user:1", "{}"),
            "invalid_event: /subject must be `payment:<paymentId>` or `booking:<bookingId>`");
}

TEST(Catalogue, DataIsAnObject) {
  for (const char* data : {"", "[]", "1", "null", "\"b_1\""}) {
    EXPECT_EQ(verdict_on_type("booking.created", "booking:b_1", data),
              "invalid_event: /data must be a JSON object");
  }
}

std::string booking(const std::string& more) {
  return verdict_on_type("booking.created", "booking:b_1", R"({"bookingId":"b_1",)" + more + "}");
}

TEST(Catalogue, FieldsThatArePresentHaveTheRightType) {
  for (const char* right :
       {R"("accountId":"SYSTEM")", R"("venueId":null)", R"("start":"2026-11-01T10:00:00+05:30")",
        R"("amount":{"minor":45000,"currency":"INR"})",
        R"("amount":{"currency":"INR","note":[],"minor":-1})", R"("from":"HELD","to":"ANY STATUS")",
        R"("unknown":{"start":1})", R"("amount":{"minor":9007199254740992,"currency":"INR"})"}) {
    EXPECT_EQ(booking(right), "ok") << right;
  }
  const std::string longest_id(64, 'i');
  EXPECT_EQ(booking(R"("accountId":")" + longest_id + "\""), "ok");
  const std::string money =
      "must be money: {\"minor\": integer, \"currency\": three capital letters}";
  const std::pair<std::string, std::string> wrong[] = {
      {R"("accountId":7)", "/data/accountId must be an id: text of 1 to 64 bytes"},
      {R"("accountId":"")", "/data/accountId must be an id: text of 1 to 64 bytes"},
      {R"("accountId":"a\u0000")", "/data/accountId must be an id: text of 1 to 64 bytes"},
      {R"("accountId":")" + longest_id + "i\"",
       "/data/accountId must be an id: text of 1 to 64 bytes"},
      {R"("start":"tomorrow")", "/data/start must be an RFC 3339 time"},
      {R"("end":1793527200)", "/data/end must be an RFC 3339 time"},
      {R"("amount":45000)", "/data/amount " + money},
      {R"("amount":{"minor":450.5,"currency":"INR"})", "/data/amount " + money},
      {R"("amount":{"minor":"450","currency":"INR"})", "/data/amount " + money},
      {R"("amount":{"minor":9007199254740993,"currency":"INR"})", "/data/amount " + money},
      {R"("amount":{"minor":450})", "/data/amount " + money},
      {R"("amount":{"currency":"INR"})", "/data/amount " + money},
      {R"("amount":{"minor":450,"currency":"inr"})", "/data/amount " + money},
      {R"("amount":{"minor":450,"currency":"RUPEE"})", "/data/amount " + money},
      {R"("from":1)", "/data/from must be text"}};
  for (const auto& [field, message] : wrong) {
    EXPECT_EQ(booking(field), "invalid_event: " + message) << field;
  }
}

TEST(Catalogue, KnownFieldsComeOnce) {
  EXPECT_EQ(booking(R"("bookingId":"b_2")"), "invalid_event: /data/bookingId is there twice");
  EXPECT_EQ(booking(R"("booking\u0049d":"b_2")"), "invalid_event: /data/bookingId is there twice");
  EXPECT_EQ(booking(R"("start":null,"start":null)"), "invalid_event: /data/start is there twice");
  EXPECT_EQ(booking(R"("unknown":1,"unknown":2)"), "ok");
}

TEST(Catalogue, NotificationsNameTheirChannelAndAttempt) {
  const auto notification = [](const std::string& more) {
    return verdict_on_type("notification.dispatched", "notification:n_1",
                           R"({"notificationId":"n_1",)" + more + "}");
  };
  for (const char* channel : {"IN_APP", "PUSH", "EMAIL", "SMS", "WHATSAPP"}) {
    EXPECT_EQ(notification(R"("channel":")" + std::string(channel) + R"(","attempt":2)"), "ok");
  }
  EXPECT_EQ(notification(R"("channel":"FAX")"),
            "invalid_event: /data/channel must be IN_APP, PUSH, EMAIL, SMS or WHATSAPP");
  EXPECT_EQ(notification(R"("attempt":"2")"), "invalid_event: /data/attempt must be an integer");
}

TEST(Catalogue, AMisspeltTypeIsKnownForTheOneThatWasMeant) {
  const std::pair<const char*, const char*> misspelt[] = {
      {"booking.canceled", "booking.cancelled"},
      {"booking.cancel", "booking.cancelled"},
      {"booking.Cancelled", "booking.cancelled"},
      {"booking.checkedIn", "booking.checked_in"},
      {"booking.checked-in", "booking.checked_in"},
      {"booking.confirmd", "booking.confirmed"},
      {"booking.confrimed", "booking.confirmed"},
      {"booking.create", "booking.created"},
      {"Booking.created", "booking.created"},
      {"bookings.created", "booking.created"},
      {"slot.hold", "slot.held"},
      {"chat.messagePosted", "chat.message_posted"},
      {"refund.succeded", "refund.succeeded"},
      {"venue.staff_add", "venue.staff_added"}};
  for (const auto& [type, meant] : misspelt) EXPECT_EQ(nearest_type(type), meant) << type;
}

TEST(Catalogue, WhatIsLikeNoKnownTypeIsNoMisspelling) {
  for (const char* type :
       {"booking.created", "booking", "booking.", "booking.moved", "booking.created.v2",
        "booking.unconfirmed", "ticket.reopened", "notification.sent", "bookings.creatd",
        "demo.created", "payment.captured_late", ".", ""}) {
    EXPECT_EQ(nearest_type(type), "") << type;
  }
  // No two types of the catalogue look like misspellings of each other.
  for (const EventFamily& family : catalogue()) {
    for (const auto& [event, meaning] : family.events) {
      EXPECT_EQ(nearest_type(std::string(family.name).append(".").append(event)), "");
    }
  }
}

TEST(Catalogue, TypesOfTheServersOwnMessagesAreReserved) {
  for (const char* type : {"gap", "courtside.gap", "courtside.", "open", "error"}) {
    EXPECT_EQ(verdict_on_type(type, "any:x", "{}"),
              "invalid_event: /type is reserved for messages of the server's own")
        << type;
  }
  for (const char* type : {"gaps", "gap.closed", "courtside", "message", "demo.error"}) {
    EXPECT_EQ(verdict_on_type(type, "any:x", "{}"), "ok") << type;
  }
}

TEST(Catalogue, OtherTypesPass) {
  for (const char* type : {"booking", "booking.", "booking.moved", "booking.created.v2",
                           "bookings.created", "Booking.created", "created"}) {
    EXPECT_EQ(find_family(type), nullptr) << type;
    EXPECT_EQ(verdict_on_type(type, "any:x", R"({"start":1})"), "ok") << type;
  }
}

}  // namespace
}  // namespace courtside
