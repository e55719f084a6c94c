// What one source of the outbox needs to know: a database of the platform whose events are read.
// The keys of the file's table [outbox], and of each [[source]]. Threads: a value.
#pragma once

#include <cstdint>
#include <string>

namespace courtside {

// kTable: the rows of a table, in the order of their transactions. kMessages: what
// pg_logical_emit_message wrote, in the order of commit, through a logical replication slot.
enum class OutboxKind : std::uint8_t { kTable, kMessages };

struct OutboxSettings {
  std::string name = "platform";  // is_source_name(); the place in the log goes by it
  std::string url;                // libpq connection string; empty: there is no such source
  OutboxKind kind = OutboxKind::kTable;
  std::string event_source = "/platform";  // `source` of its events
  std::string table = "EventOutbox";       // or schema.table; the same for the next one
  std::string rejected_table = "EventOutboxRejected";
  std::string slot = "courtside";            // of kMessages
  std::string publication = "courtside";     // which the slot's plugin wants, without tables
  std::string message_prefix = "courtside";  // the first argument of pg_logical_emit_message
  std::string wake_channel;                  // LISTEN to this; empty: by polling alone
  std::uint64_t poll_min_ms = 50;            // between two reads while there is something
  std::uint64_t poll_max_ms = 200;           // while there is nothing; 0 < min <= max
  std::uint64_t page_rows = 1000;            // of one read
  std::uint64_t page_bytes = 8 << 20;        // of their payloads
  std::uint64_t query_ms = 10'000;           // one statement, and connecting
  std::uint64_t hold_rows = 1000;            // that wait for an earlier version of theirs
  std::uint64_t hold_ms = 10'000;            // for so long
  std::uint64_t keep_s = 7 * 86'400ULL;      // rows stay in the table, read or not
  std::uint64_t watch_ms = 2'000;            // between two looks at lag and open transactions
  std::uint64_t warn_ms = 5'000;             // a transaction open for longer is told in the log
  std::string accept_database;               // "<identity>:continue@<place>", or restart
  friend bool operator==(const OutboxSettings&, const OutboxSettings&) = default;
};

}  // namespace courtside
