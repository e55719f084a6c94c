// Runs the SQL of outbox_sql.h on a database. Threads: any; it blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/outbox_sql.h"

namespace courtside {

// Each statement in a transaction of its own, until one fails: those before it stay, and the next
// run goes over them. bad_configuration with the server's first line when it refuses; unavailable
// when it cannot be reached, or a statement took longer than statement_ms or would have waited for
// a lock longer than kInstallLockMs: whoever writes queues up behind one that waits.
constexpr std::uint64_t kInstallLockMs = 5'000;
Result<void> run_outbox_statements(const std::string& url,
                                   const std::vector<OutboxStatement>& statements,
                                   std::uint64_t statement_ms);

}  // namespace courtside
