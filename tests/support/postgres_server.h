// A real PostgreSQL for tests: a cluster in a temporary folder on a free loopback port, removed
// with its owner. Starting one takes a second or two, so a test program shares one server, and each
// test has its own database.
//
//   PostgresServer server;
//   const std::string database = server.create_database();
//   server.sql(database, "CREATE TABLE ...");
//   server.stop();  server.start();
//
// initdb and postgres refuse to run as root; then they run as the user `postgres` of Debian's
// packages. A failed step throws std::runtime_error with the server's output. Threads: one; the
// server dies when the thread that started it ends.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/postgres_release.h"

namespace courtside {

class PostgresServer {
 public:
  // `settings` of postgres(1), like "wal_level=logical"; the last one of a name wins.
  explicit PostgresServer(std::vector<std::string> settings = {},
                          PostgresRelease release = PostgresRelease::k15);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Does nothing when it already runs. Returns when it accepts connections.
  void start();
  void stop();  // disconnects its clients, and waits
  void kill();  // SIGKILL to all processes, and waits
  void restart() { stop(), start(); }

  // Copies its current data for put_back(); there is only one copy. It stops and starts the server.
  void copy_data();
  // Restarts from the copy, losing everything since, like a restored disk snapshot.
  void put_back();
  // Restarts as a standby and promotes it: the same rows on a new timeline. With `from_copy` it
  // starts from the copy.
  void promote(bool from_copy);

  // Signals the postmaster and all its current children.
  void freeze();  // SIGSTOP
  void thaw();    // SIGCONT

  // Creates an empty database with a unique name.
  std::string create_database();

  // A connection URL for libpq, with the superuser `courtside`.
  std::string url(const std::string& database = "postgres") const;

  // Runs the statements and returns the last one's first column of the first row; or "".
  std::string sql(const std::string& database, const std::string& text) const;

 private:
  std::vector<std::string> program(const std::string& name) const;
  void spawn();
  void take_copy();
  void run_shell(const std::string& text) const;
  bool answers() const;
  std::vector<pid_t> processes() const;
  void signal_all(int number) const;

  const std::vector<std::string> settings_;
  const PostgresPrograms programs_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace courtside
