#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

constexpr const char* kOther = "account-other-USER";

constexpr const char* kAccounts = R"sql(
INSERT INTO "Account" (id, "roleId", status, "deletedAt", "lockUntil") VALUES
  ('account-deleted', 'role-BMSP_SUPER_ADMIN', 'ACTIVE', '2026-01-01', NULL),
  ('account-locked', 'role-BMSP_SUPER_ADMIN', 'ACTIVE', NULL, '2126-01-01'),
  ('account-suspended', 'role-BMSP_SUPER_ADMIN', 'SUSPENDED', NULL, NULL);
)sql";

// Each account has a booking, owns a venue and works for another, so a refusal must come from a
// missing permission.
constexpr const char* kFullWorld = R"sql(
INSERT INTO "Venue" (id, "ownerId") SELECT 'owned-' || id, id FROM "Account";
INSERT INTO "Venue" (id, "ownerId") VALUES ('staffed', 'account-other-VENUE_OWNER');
INSERT INTO "VenueUser" SELECT 'staffed', id, 'STAFF' FROM "Account";
INSERT INTO "Booking" (id, "venueId", "accountId") SELECT 'own-' || id, 'venue-2', id FROM "Account";
INSERT INTO "Booking" (id, "venueId", "accountId") VALUES
  ('at-staffed', 'staffed', 'account-other-USER');
)sql";
constexpr const char* kMigrationWorld = R"sql(
INSERT INTO "Venue" (id, "accountId") SELECT 'owned-' || id, id FROM "Account";
INSERT INTO "Venue" (id, "accountId") VALUES ('staffed', 'account-other-VENUE_OWNER');
)sql";

}  // namespace

std::vector<Column> columns_of(const std::string& account) {
  const auto data = [](const std::string& field, const std::string& value) {
    return "{" + json_string(field) + ":" + json_string(value) + "}";
  };
  const auto read = [&](const std::string& n) {
    return Draft{.type = "notification.read",
                 .subject = "notification:" + n,
                 .data = data("notificationId", n)};
  };
  const auto booking = [&](const std::string& b) {
    return Column{
        "booking:" + b,
        {.type = "booking.cancelled", .subject = "booking:" + b, .data = data("bookingId", b)}};
  };
  const auto venue = [&](const std::string& v) {
    return Column{"venue:" + v,
                  {.type = "venue.updated", .subject = "venue:" + v, .data = data("venueId", v)}};
  };
  const auto chat = [&](const std::string& r) {
    return Column{"chat:" + r,
                  {.type = "chat.message_posted",
                   .subject = "chat:" + r,
                   .data = R"({"messageId":"m","roomId":)" + json_string(r) + "}"}};
  };
  const auto ticket = [&](const std::string& t) {
    return Column{
        "ticket:" + t,
        {.type = "ticket.replied", .subject = "ticket:" + t, .data = data("ticketId", t)}};
  };
  const auto ops = [](const std::string& o) {
    return Column{"ops:" + o, {.type = "ops.noted", .subject = "ops:" + o}};
  };
  return {{"user:" + account, read("own-" + account)},
          {"user:account-other-USER", read("other")},
          booking("own-" + account),
          booking("booking-2"),
          booking("at-staffed"),
          venue("owned-" + account),
          venue("staffed"),
          venue("venue-2"),
          {"availability:venue-2",
           {.type = "slot.price_changed",
            .subject = "slot:s",
            .data = R"({"slotId":"s","venueId":"venue-2"})"}},
          chat("in-" + account),
          chat("out"),
          chat("support"),
          ticket("opened-" + account),
          ticket("assigned-" + account),
          ticket("other"),
          ops("bookings"),
          ops("finance"),
          ops("venues"),
          ops("care"),
          {"*", {.subject = "probe:p", .channels = {"booking:booking-2"}}},
          {"booking:*", {.subject = "probe:p", .channels = {"booking:booking-2"}}}};
}

std::string standings_sql(PlatformShape shape) {
  return std::string(kAccounts) + (shape == PlatformShape::kFull ? kFullWorld : kMigrationWorld);
}

std::vector<Draft> events_of(const std::string& account) {
  const std::string assigned = "assigned-" + account;
  return {room("in-" + account, "direct", {account}),
          ticket("opened-" + account, account),
          ticket(assigned, kOther),
          {.id = "assign-" + account,
           .type = "ticket.assigned",
           .subject = "ticket:" + assigned,
           .data = R"({"ticketId":)" + json_string(assigned) + R"(,"assigneeId":)" +
                   json_string(account) + "}"},
          notification("own-" + account, account)};
}

std::vector<Draft> events_of_others() {
  return {room("out", "direct", {kOther}), room("support", "support", {kOther}),
          ticket("other", kOther), notification("other", kOther)};
}

Draft room(const std::string& id, const std::string& kind,
           const std::vector<std::string>& participants) {
  std::string list;
  for (const std::string& each : participants)
    list += (list.empty() ? "" : ",") + json_string(each);
  return {.id = "open-" + id,
          .type = "chat.room_opened",
          .subject = "chat:" + id,
          .data = R"({"roomId":)" + json_string(id) + R"(,"kind":)" + json_string(kind) +
                  R"(,"participants":[)" + list + "]}"};
}

Draft ticket(const std::string& id, const std::string& opener) {
  return {
      .id = "open-" + id,
      .type = "ticket.opened",
      .subject = "ticket:" + id,
      .data = R"({"ticketId":)" + json_string(id) + R"(,"accountId":)" + json_string(opener) + "}"};
}

Draft notification(const std::string& id, const std::string& account) {
  return {.id = "notify-" + id,
          .type = "notification.created",
          .subject = "notification:" + id,
          .data = R"({"notificationId":)" + json_string(id) + R"(,"accountId":)" +
                  json_string(account) + "}"};
}

}  // namespace courtside::e2e
