// Runs the SQL of outbox_sql.h on a database. Threads: any; it blocks.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/outbox_sql.h"

namespace courtside {

// Each statement in a transaction of its own, until one fails: those before it stay, and the next
// run goes over them. unavailable when the database cannot be reached, bad_configuration with the
// server's first line when it refuses; a statement that takes longer than statement_ms is refused.
Result<void> run_outbox_statements(const std::string& url,
                                   const std::vector<OutboxStatement>& statements,
                                   std::uint64_t statement_ms);

}  // namespace courtside
