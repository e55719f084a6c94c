// A platform at work: transactions that change bookings and write an outbox row each, as
// http-backend does, on a real PostgreSQL that may be killed under them. What they committed is in
// the table afterwards; what they rolled back is nowhere.
//
// Some transactions take their number before they wait for the booking's lock, so that the order of
// ids is not that of changes; some stay open for 20 ms; some roll back.
//
// Threads: run() on many, each on its own connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {

// In a database with an outbox.
void make_bookings(const std::string& url, int bookings);

struct LoadOptions {
  int bookings = 200;
  int slow_per_cent = 5;
  int rolled_back_per_cent = 2;
  int early_id_per_cent = 20;
  std::chrono::microseconds pause{0};  // between two transactions of a worker
  bool messages = false;               // instead of rows; what was committed is then in "Written"
};

// Until stopped. A connection that is lost is made again.
void run_bookings(const std::string& url, const LoadOptions& options, int worker,
                  const Workers& workers);

// The ids of all events that were committed: `table` is "EventOutbox" or "Written".
std::multiset<std::string> committed_ids(const std::string& url, const std::string& table);

// The events of the outbox in the log, in order.
struct LoggedEntry {
  std::string id;
  std::string aggregate;
  std::int64_t version = 0;
};
std::vector<LoggedEntry> logged_entries(HttpClient& http);

// The log has what the table has, each once, and each booking's events in the order of versions.
// Waits for what is on its way.
void expect_equal(HttpClient& http, const std::string& url,
                  const std::string& table = "EventOutbox");

}  // namespace courtside::e2e
