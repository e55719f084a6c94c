// Runs the SQL of outbox_sql.h on a database. Threads: any; it blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/outbox_sql.h"

namespace courtside {

// Runs each statement in a transaction of its own, until one fails; the statements before it keep
// their effect, and the next run repeats them without change. bad_configuration with the first line
// of the server's message when it rejects a statement; unavailable when it cannot be reached, or a
// statement takes longer than statement_ms or waits for a lock longer than kInstallLockMs (writers
// queue up behind a statement that waits).
constexpr std::uint64_t kInstallLockMs = 5'000;
Result<void> run_outbox_statements(const std::string& url,
                                   const std::vector<OutboxStatement>& statements,
                                   std::uint64_t statement_ms);

}  // namespace courtside
