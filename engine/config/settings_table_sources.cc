// The rows of [database] and [outbox]; see settings_table.cc.
#include "engine/config/connection_text.h"
#include "engine/config/setting_rows.h"

namespace courtside {

// clang-format off: one setting a paragraph, name and meaning first.
std::vector<Setting> database_settings() {
  return {
      {"database.url", "libpq connection string of the platform's database; empty: none",
       TextSetting{MEMBER(database.url), /*may_be_empty=*/true, without_password}},
      {"database.connections", "connections to the platform's database; each has a thread",
       count(MEMBER(database.connections), 1, 64)},
      {"database.query_timeout", "time limit of a query, including the wait for a connection",
       duration(MEMBER(database.query_ms), 50, kMinuteMs)},
      {"database.pending_queries",
       "queries that may wait; further ones are refused with `overloaded`",
       count(MEMBER(database.pending_queries), 1, 1'000'000)},
      {"database.cache", "time for which an answer of the database is used",
       duration(MEMBER(database.cache_ms), 1, kMinuteMs)},
      {"database.cache_down",
       "time for which an answer is used while the database does not respond",
       duration(MEMBER(database.cache_down_ms), 0, 24 * kHourMs)},
      {"database.cache_entries", "answers kept; the least recently used one is dropped first",
       count(MEMBER(database.cache_entries), 1, 10'000'000)},
      {"database.account_query",
       "SQL query for an account with its id as $1; columns `counts` (boolean: active and not "
       "locked) and `role`",
       TextSetting{MEMBER(database.account_query)}},
      {"database.permissions_query",
       "SQL query for the permissions of an account's role, with the account's id as $1; column "
       "`key`",
       TextSetting{MEMBER(database.permissions_query)}},
      {"database.venues_query",
       "SQL query for the venues that an account owns or works for, with its id as $1; column "
       "`venueId`",
       TextSetting{MEMBER(database.venues_query)}},
      {"database.booking_query",
       "SQL query for a booking with its id as $1; columns `accountId` and `venueId`",
       TextSetting{MEMBER(database.booking_query)}},
  };
}

std::vector<Setting> outbox_settings() {
  return {
      {"outbox.name", "name of the source in metrics, messages and the log; do not change it later",
       TextSetting{MEMBER(outbox.name)}},
      {"outbox.url", "libpq connection string of the database with the outbox; empty: none",
       TextSetting{MEMBER(outbox.url), /*may_be_empty=*/true, without_password}},
      {"outbox.kind", "table: rows of a table; messages: messages of a logical replication slot",
       ChoiceSetting{{"table", "messages"}, CHOICE(outbox.kind)}},
      {"outbox.event_source",
       "`source` of the events; `source` and `id` together identify an event",
       TextSetting{MEMBER(outbox.event_source)}},
      {"outbox.table", "name of the outbox table, or schema.table",
       TextSetting{MEMBER(outbox.table)}},
      {"outbox.rejected_table", "table for rows that cannot become an event, with the reason",
       TextSetting{MEMBER(outbox.rejected_table)}},
      {"outbox.slot", "name of the logical replication slot, for kind messages",
       TextSetting{MEMBER(outbox.slot)}},
      {"outbox.publication",
       "name of the publication (without tables) that the slot's plugin requires",
       TextSetting{MEMBER(outbox.publication)}},
      {"outbox.message_prefix", "first argument of pg_logical_emit_message",
       TextSetting{MEMBER(outbox.message_prefix)}},
      {"outbox.wake_channel",
       "channel to LISTEN on, so that new rows are read at once; empty: none",
       optional_text(MEMBER(outbox.wake_channel))},
      {"outbox.poll_min", "time between two reads while there are rows to read",
       duration(MEMBER(outbox.poll_min_ms), 1, kMinuteMs)},
      {"outbox.poll_max", "time between two reads while there are none",
       duration(MEMBER(outbox.poll_max_ms), 1, kMinuteMs)},
      {"outbox.page_rows", "maximum number of rows of one read; they are appended with one sync",
       count(MEMBER(outbox.page_rows), 1, 10'000)},
      {"outbox.page_bytes", "maximum payload of one read; a larger row is read alone",
       bytes(MEMBER(outbox.page_bytes), 64 * kKiB, 256 * kMiB)},
      {"outbox.query_timeout", "time limit of one statement, and of connecting",
       duration(MEMBER(outbox.query_ms), 100, kHourMs)},
      {"outbox.hold_rows",
       "events that may wait for an earlier version of their aggregate; beyond this the first "
       "one is appended without it",
       count(MEMBER(outbox.hold_rows), 1, 100'000)},
      {"outbox.hold", "time that an event waits for an earlier version of its aggregate",
       duration(MEMBER(outbox.hold_ms), 0, kHourMs)},
      {"outbox.keep", "age at which rows that were read are deleted",
       NumberSetting{MEMBER(outbox.keep_s), Unit::kSeconds, 1, 100 * kYearS, "at once"}},
      {"outbox.watch", "interval at which lag, open transactions and deletable rows are checked",
       duration(MEMBER(outbox.watch_ms), 50, kHourMs)},
      {"outbox.warn", "time after which an open transaction is reported in the server's log",
       duration(MEMBER(outbox.warn_ms), 100, 24 * kHourMs)},
      {"outbox.accept_database",
       "confirmation of a database that was refused; copy it from the message that refuses it",
       optional_text(MEMBER(outbox.accept_database))},
  };
}
// clang-format on

}  // namespace courtside
