// A real PostgreSQL whose WAL can be decoded: one cluster for the whole program.
// Threads: the test's.
#pragma once

#include "tests/support/postgres_server.h"

namespace courtside {

inline PostgresServer& logical_server() {
  static PostgresServer one({"wal_level=logical", "max_replication_slots=50"});
  return one;
}

}  // namespace courtside
