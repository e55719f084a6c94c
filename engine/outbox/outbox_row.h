// One row of an outbox: from the table, from a message, or from a note in the log. docs/postgres.md
// describes the columns.
//
// The row is not validated: a text may be anything that a database can store. An empty text is a
// NULL column. Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

struct OutboxRow {
  std::string place =
      {};  // source position, in the source's format: unique, and the same on every read

  std::string event_id = {};
  std::string type = {};
  std::string aggregate_type = {};
  std::string aggregate_id = {};
  std::optional<std::uint64_t> aggregate_version = {};
  std::string venue_id = {};
  std::string account_id = {};
  std::string booking_id = {};
  std::string actor_id = {};
  std::string actor_type = {};
  std::string actor_role = {};
  std::string correlation_id = {};
  std::string causation_id = {};
  std::string payload = {};  // JSON text
  std::optional<std::uint64_t> schema_version = {};
  std::string occurred_at = {};  // RFC 3339

  // Why the row cannot become an event, if that is known; its payload is then ignored.
  std::string fault = {};
  // The content of an unreadable message, cut at kContentBytesMax.
  std::string content = {};

  friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

// A text column of the table: its name, and the member that holds it.
struct OutboxText {
  std::string_view name;
  std::string OutboxRow::*member;
};

// All of them, in the order in which they are read and written.
inline constexpr OutboxText kOutboxTexts[] = {{"eventId", &OutboxRow::event_id},
                                              {"type", &OutboxRow::type},
                                              {"aggregateType", &OutboxRow::aggregate_type},
                                              {"aggregateId", &OutboxRow::aggregate_id},
                                              {"venueId", &OutboxRow::venue_id},
                                              {"accountId", &OutboxRow::account_id},
                                              {"bookingId", &OutboxRow::booking_id},
                                              {"actorId", &OutboxRow::actor_id},
                                              {"actorType", &OutboxRow::actor_type},
                                              {"actorRole", &OutboxRow::actor_role},
                                              {"correlationId", &OutboxRow::correlation_id},
                                              {"causationId", &OutboxRow::causation_id}};

constexpr std::size_t kContentBytesMax = 64 * 1024;

// A JSON object with the non-empty columns ("eventId", "aggregateVersion", ...), `place` and
// `fault`. The payload is embedded as it is. REQUIRES: the payload is empty or JSON; the texts are
// UTF-8.
std::string outbox_row_json(const OutboxRow& row);

// Parses outbox_row_json(). Null and unknown members are ignored. invalid_event when it is not a
// JSON object or a member has the wrong type; the message names it.
Result<OutboxRow> parse_outbox_row(std::string_view json);

}  // namespace courtside
