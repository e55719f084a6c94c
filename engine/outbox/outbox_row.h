// One row of an outbox, wherever it was read: a row of the table, a message, or one that waits in
// the log's notes. docs/postgres.md of the project says what each column means.
//
// Nothing of it is judged yet: a text may be anything that a database can hold. An empty text is a
// column that is NULL. Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

struct OutboxRow {
  std::string place =
      {};  // where it stands, in its source's words: unique, and the same on every read

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

  // Why it can be no event, where that is known already; its payload then counts for nothing.
  std::string fault = {};
  // What a message said, where its fault is that it says nothing; cut at kContentBytesMax.
  std::string content = {};

  friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

constexpr std::size_t kContentBytesMax = 64 * 1024;

// A JSON object whose members are the columns that are there ("eventId", "aggregateVersion", ...),
// and `place` and `fault`. The payload stands in it as it is. REQUIRES: the payload is empty or
// JSON; the texts are UTF-8.
std::string outbox_row_json(const OutboxRow& row);

// The other way round. Members that are null or unknown are passed over. invalid_event where it is
// no JSON object, or a member has the wrong kind: the message says which.
Result<OutboxRow> parse_outbox_row(std::string_view json);

}  // namespace courtside
