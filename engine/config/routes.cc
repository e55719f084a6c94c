// What the event catalogue says about channels: the routing table that holds until the file has
// one.
#include "engine/config/config.h"

namespace courtside {

std::vector<RouteRule> default_routes() {
  return {
      {"slot.*", {"availability:{data.venueId}", "venue:{data.venueId}", "user:{data.accountId}"}},
      {"booking.*",
       {"booking:{data.bookingId}", "user:{data.accountId}", "venue:{data.venueId}",
        "ops:bookings"}},
      {"payment.*",
       {"booking:{data.bookingId}", "user:{data.accountId}", "venue:{data.venueId}",
        "ops:finance"}},
      {"refund.*",
       {"booking:{data.bookingId}", "user:{data.accountId}", "venue:{data.venueId}",
        "ops:finance"}},
      {"notification.*", {"user:{data.accountId}"}},
      {"chat.*", {"chat:{data.roomId}"}},  // the participants' user channels come with the event
      {"ticket.*", {"ticket:{data.ticketId}", "user:{data.accountId}", "ops:care"}},
      {"venue.*", {"venue:{data.venueId}", "user:{data.accountId}", "ops:venues"}},
      {"account.*", {"venue:{data.venueId}", "user:{data.accountId}"}},
      {"session.*", {"venue:{data.venueId}", "user:{data.accountId}"}},
      {"audit.*", {}},  // for `*` only
      {"outbox.*", {}},
      {"legacy.*", {}},
  };
}

std::vector<ProjectionRule> default_projections() {
  return {
      {.channel = "availability:*",
       // Leaves alone, so that nothing that a producer adds within `price` is shown to everybody.
       .data_fields = {"slotId", "venueId", "start", "end", "price.minor", "price.currency",
                       "status"},
       .listed_are_hidden = false,
       .hide_actor = true,
       .unless_permission = {},
       .who = {}},
      // Who keeps the books sees money; who keeps the courts need not.
      {.channel = "venue:*",
       .data_fields = {"amount", "code", "method", "paymentId", "refundId"},
       .listed_are_hidden = true,
       .hide_actor = false,
       .unless_permission = "financial:view_own_venue_reports",
       .who = {}},
      // The same people see a booking of their venue without money too.
      {.channel = "booking:*",
       .data_fields = {"amount", "code", "method", "paymentId", "refundId"},
       .listed_are_hidden = true,
       .hide_actor = false,
       .unless_permission = "financial:view_own_venue_reports",
       .who = "booking_venue"},
  };
}

}  // namespace courtside
