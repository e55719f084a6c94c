// The platform's access rules: the defaults when the file has no tables of its own.
#include "engine/config/config.h"

namespace courtside {

std::vector<ReadRule> default_read_rules() {
  return {
      {.channel = "user:*", .who = "self", .permissions = {}},
      {.channel = "user:*",
       .who = "caller",
       .permissions = {"customer_care:view_user_booking_history"},
       .history_only = true},
      {.channel = "user:*",
       .who = "caller",
       .permissions = {"notification:read_any"},
       .history_only = true},
      {.channel = "booking:*", .who = "booking_account", .permissions = {"booking:read_own"}},
      {.channel = "booking:*",
       .who = "booking_venue",
       .permissions = {"booking:read_for_own_venue"}},
      {.channel = "booking:*", .who = "caller", .permissions = {"booking:read_any"}},
      {.channel = "venue:*", .who = "venue", .permissions = {"booking:read_for_own_venue"}},
      {.channel = "venue:*",
       .who = "caller",
       .permissions = {"venue:read_any", "booking:read_any"}},
      {.channel = "availability:*", .who = "anyone", .permissions = {}},
      {.channel = "chat:*", .who = "participant", .permissions = {}},
      {.channel = "chat:*",
       .who = "support_room",
       .permissions = {"customer_care:resolve_user_inquiry"}},
      {.channel = "ticket:*", .who = "ticket_opener", .permissions = {}},
      {.channel = "ticket:*", .who = "ticket_assignee", .permissions = {}},
      {.channel = "ticket:*",
       .who = "caller",
       .permissions = {"customer_care:resolve_user_inquiry"}},
      {.channel = "ops:bookings", .who = "caller", .permissions = {"booking:read_any"}},
      {.channel = "ops:finance",
       .who = "caller",
       .permissions = {"financial:view_all_transactions"}},
      {.channel = "ops:venues", .who = "caller", .permissions = {"venue:read_any"}},
      {.channel = "ops:care",
       .who = "caller",
       .permissions = {"customer_care:resolve_user_inquiry"}},
      {.channel = "*", .who = "caller", .permissions = {"audit:read"}},
      {.channel = "*", .who = "role:BMSP_SUPER_ADMIN", .permissions = {}},
  };
}

std::vector<PublishRule> default_publish_rules() {
  return {
      {.type = "chat.message_posted", .who = "participant"},
      {.type = "chat.message_edited", .who = "message_author"},
      {.type = "chat.message_deleted", .who = "message_author"},
      {.type = "chat.read_up_to", .who = "participant"},
      {.type = "notification.read", .who = "notification_account"},
      {.type = "notification.seen", .who = "notification_account"},
  };
}

std::vector<RoleRule> default_roles() {
  const std::vector<std::string> venue_work = {
      "booking:cancel_for_own_venue", "booking:read_for_own_venue", "booking:update_for_own_venue"};
  const auto with = [](std::vector<std::string> some, const std::vector<std::string>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
  };
  return {
      {"USER",
       {"booking:create_own", "booking:read_own", "booking:update_own", "booking:cancel_own"}},
      {"VENUE_OWNER", with(venue_work, {"financial:view_own_venue_reports"})},
      {"ADDITIONAL_VENUE_MANAGER", with(venue_work, {"financial:view_own_venue_reports"})},
      {"OPERATIONS_MANAGER", {"booking:read_for_own_venue"}},
      {"BOOKING_MANAGER", with(venue_work, {"booking:create_own"})},
      {"BMSP_BOOKINGS_ADMIN", {"booking:read_any", "venue:read_any"}},
      {"BMSP_CUSTOMER_CARE",
       {"booking:read_any", "customer_care:resolve_user_inquiry",
        "customer_care:view_user_booking_history", "venue:read_any"}},
      {"BMSP_FINANCE_ADMIN",
       {"booking:read_any", "financial:view_all_transactions", "financial:view_own_venue_reports",
        "venue:read_any"}},
      {"BMSP_VENUES_ADMIN", {"venue:read_any"}},
      {"BMSP_ADMIN",
       {"booking:read_any", "booking:read_own", "customer_care:resolve_user_inquiry",
        "customer_care:view_user_booking_history", "venue:read_any"}},
      {"BMSP_SUPER_ADMIN",
       {"audit:read", "booking:read_any", "booking:read_own", "customer_care:resolve_user_inquiry",
        "customer_care:view_user_booking_history", "financial:view_all_transactions",
        "financial:view_own_venue_reports", "notification:read_any", "venue:read_any"}},
  };
}

}  // namespace courtside
