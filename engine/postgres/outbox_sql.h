// The SQL that prepares a database for an outbox. `courtside outbox install` prints or runs it, and
// the client packages ship it.
//
// Running a statement again changes nothing. Threads: any; no state.
#pragma once

#include <string>
#include <vector>

#include "engine/config/outbox_settings.h"

namespace courtside {

struct OutboxSqlOptions {
  std::string role = {};  // the role that Courtside connects as; empty: no grants
  bool notify = false;    // kTable only: a trigger that notifies readers
};

// One statement, and a comment for the reader of the file.
struct OutboxStatement {
  std::string comment;  // lines without "-- "
  std::string sql;      // without a semicolon; empty for a comment alone
};

// The statements in their order. Each needs a transaction of its own: a replication slot cannot be
// created in a transaction that has written. Uses the kind and the names of `settings`.
std::vector<OutboxStatement> outbox_statements(const OutboxSettings& settings,
                                               const OutboxSqlOptions& options);

// The same as the text of a file for psql or a migration.
std::string outbox_sql(const OutboxSettings& settings, const OutboxSqlOptions& options);

// The channel that the trigger notifies if the settings name none.
inline constexpr const char* kDefaultWakeChannel = "courtside_outbox";

}  // namespace courtside
