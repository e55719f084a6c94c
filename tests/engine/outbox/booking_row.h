// A row with a value in each column that goes into an event. Threads: any.
#pragma once

#include "engine/outbox/outbox_row.h"

namespace courtside {

inline OutboxRow booking_row() {
  return {.place = "812:7",
          .event_id = "e_1",
          .type = "booking.created",
          .aggregate_type = "booking",
          .aggregate_id = "b_1",
          .aggregate_version = 3,
          .venue_id = "v_1",
          .account_id = "42",
          .booking_id = "b_1",
          .actor_id = "7",
          .actor_type = "ADMIN",
          .actor_role = "BMSP_ADMIN",
          .correlation_id = "c_1",
          .causation_id = "e_0",
          .payload = R"({"bookingId": "b_1"})",
          .schema_version = 2,
          .occurred_at = "2026-11-23T10:00:00.123Z"};
}

}  // namespace courtside
