// Simulates the platform: transactions that change bookings and write one outbox row each, as
// http-backend does, on a real PostgreSQL that may be killed. Afterwards the table has the
// committed events and nothing that was rolled back.
//
// Some transactions get their id before they wait for the booking's lock, so that id order differs
// from change order; some stay open for 20 ms; some roll back.
//
// Threads: run() on many, each with its own connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {

// Creates the bookings in a database with an outbox.
void make_bookings(const std::string& url, int bookings);

struct LoadOptions {
  int bookings = 200;
  int slow_per_cent = 5;
  int rolled_back_per_cent = 2;
  int early_id_per_cent = 20;
  std::chrono::microseconds pause{0};  // between two transactions of a worker
  bool messages = false;               // instead of rows; "Written" then has the committed ids
};

// Runs until stopped. Reconnects when the connection is lost.
void run_bookings(const std::string& url, const LoadOptions& options, int worker,
                  const Workers& workers);

// The ids of all committed events; `table` is "EventOutbox" or "Written".
std::multiset<std::string> committed_ids(const std::string& url, const std::string& table);

// An event of the outbox in the log.
struct LoggedEntry {
  std::string id;
  std::string aggregate;
  std::int64_t version = 0;
};
std::vector<LoggedEntry> logged_entries(HttpClient& http);

// Checks that the log has the table's events, each once, and each booking's in version order. Waits
// for events in flight.
void expect_equal(HttpClient& http, const std::string& url,
                  const std::string& table = "EventOutbox");

}  // namespace courtside::e2e
