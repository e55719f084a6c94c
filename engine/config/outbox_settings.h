// The settings of one outbox source: a database of the platform whose events the server reads. They
// are the keys of the table [outbox] and of each [[source]]. Threads: a value.
#pragma once

#include <cstdint>
#include <string>

namespace courtside {

// kTable: rows of a table, in the order of their transactions. kMessages: messages of
// pg_logical_emit_message, in commit order, through a logical replication slot.
enum class OutboxKind : std::uint8_t { kTable, kMessages };

struct OutboxSettings {
  std::string name = "platform";  // is_source_name(); the key of its position in the log
  std::string url;                // libpq connection string; empty: no such source
  OutboxKind kind = OutboxKind::kTable;
  std::string event_source = "/platform";  // `source` of its events
  std::string table = "EventOutbox";       // or schema.table; also for rejected_table
  std::string rejected_table = "EventOutboxRejected";
  std::string slot = "courtside";            // of kMessages
  std::string publication = "courtside";     // required by the slot's plugin; without tables
  std::string message_prefix = "courtside";  // the first argument of pg_logical_emit_message
  std::string wake_channel;                  // LISTEN channel; empty: polling only
  std::uint64_t poll_min_ms = 50;            // between two reads while there are events
  std::uint64_t poll_max_ms = 200;           // while there are none; 0 < min <= max
  std::uint64_t page_rows = 1000;            // per read
  std::uint64_t page_bytes = 8 << 20;        // payload bytes per read
  std::uint64_t query_ms = 10'000;           // one statement including connecting
  std::uint64_t hold_rows = 1000;            // events that wait for an earlier version
  std::uint64_t hold_ms = 10'000;            // how long they wait
  std::uint64_t keep_s = 7 * 86'400ULL;      // age at which read rows are deleted; 0: at once
  std::uint64_t watch_ms = 2'000;            // between two checks of lag and open transactions
  std::uint64_t warn_ms = 5'000;             // a transaction open for longer is logged
  std::string accept_database;               // "<identity>:continue@<position>", or restart
  friend bool operator==(const OutboxSettings&, const OutboxSettings&) = default;
};

}  // namespace courtside
