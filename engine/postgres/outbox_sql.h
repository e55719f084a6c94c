// The SQL that makes a database ready for an outbox, in the one place where it is written: what
// `courtside outbox install` prints or runs, and what the client packages ship.
//
// Every statement may run again and then changes nothing. Threads: any; no state.
#pragma once

#include <string>
#include <vector>

#include "engine/config/outbox_settings.h"

namespace courtside {

struct OutboxSqlOptions {
  std::string role = {};  // the role that Courtside connects as; empty: it is granted nothing
  bool notify = false;    // of kTable: a trigger that calls those who wait
};

// One statement, and what a reader of the file should know of it.
struct OutboxStatement {
  std::string comment;  // lines, less their "-- "
  std::string sql;      // less its semicolon; may be empty, when there is only something to say
};

// In the order in which they are to run, each by itself: a replication slot cannot be made in a
// transaction that has written anything. Of `settings` the kind and the names count.
std::vector<OutboxStatement> outbox_statements(const OutboxSettings& settings,
                                               const OutboxSqlOptions& options);

// The same as the text of a file for psql or a migration.
std::string outbox_sql(const OutboxSettings& settings, const OutboxSqlOptions& options);

// What the trigger calls where the settings name nothing to LISTEN to.
inline constexpr const char* kDefaultWakeChannel = "courtside_outbox";

}  // namespace courtside
