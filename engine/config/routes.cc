// The event catalogue's routing table and projections: the defaults when the file has none.
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
      {"chat.*", {"chat:{data.roomId}"}},  // plus the participants' channels (PublishGrant)
      {"ticket.*", {"ticket:{data.ticketId}", "user:{data.accountId}", "ops:care"}},
      {"venue.*", {"venue:{data.venueId}", "user:{data.accountId}", "ops:venues"}},
      {"account.*", {"venue:{data.venueId}", "user:{data.accountId}"}},
      {"session.*", {"venue:{data.venueId}", "user:{data.accountId}"}},
      {"audit.*", {}},  // only in `*`
      {"outbox.*", {}},
      {"legacy.*", {}},
  };
}

std::vector<ProjectionRule> default_projections() {
  return {
      {.channel = "availability:*",
       // Single leaves, so that a new field within `price` is not shown to everybody.
       .data_fields = {"slotId", "venueId", "start", "end", "price.minor", "price.currency",
                       "status"},
       .listed_are_hidden = false,
       .hide_actor = true,
       .unless_permission = {},
       .who = {}},
      // Staff with access to the venue's financial reports sees money, other staff does not.
      {.channel = "venue:*",
       .data_fields = {"amount", "code", "method", "paymentId", "refundId"},
       .listed_are_hidden = true,
       .hide_actor = false,
       .unless_permission = "financial:view_own_venue_reports",
       .who = {}},
      // The same for a booking that the reader may read only as the venue's staff.
      {.channel = "booking:*",
       .data_fields = {"amount", "code", "method", "paymentId", "refundId"},
       .listed_are_hidden = true,
       .hide_actor = false,
       .unless_permission = "financial:view_own_venue_reports",
       .who = "booking_venue"},
  };
}

}  // namespace courtside
