// A real PostgreSQL of the test's own: a cluster in a temporary folder, on a free port of loopback,
// which goes with its owner. Making it takes a second or two, so a program has one; a test has a
// database of its own.
//
//   PostgresServer server;
//   const std::string database = server.create_database();
//   server.sql(database, "CREATE TABLE ...");
//   server.stop();  server.start();
//
// initdb and postgres refuse to run as root: then they run as the user `postgres` of Debian's
// packages. A step that fails throws std::runtime_error with the server's words.
// Threads: one; the server dies when the thread that started it ends.
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
  // `settings`: of postgres(1), as "wal_level=logical"; the last one of a name holds.
  explicit PostgresServer(std::vector<std::string> settings = {},
                          PostgresRelease release = PostgresRelease::k15);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Does nothing when it runs. Returns when it takes connections.
  void start();
  void stop();  // at once, its clients cut off; and waits
  void kill();  // SIGKILL to all of it; and waits
  void restart() { stop(), start(); }

  // Its data as they are now, for put_back(): the one copy that there is. It is stopped and
  // started.
  void copy_data();
  // Starts again on the copy, with all that came since lost: as a snapshot of a disk would.
  void put_back();
  // Starts again as a standby of nobody and promotes it: the same rows on a new timeline. With
  // `from_copy` it is one that had no more than the copy.
  void promote(bool from_copy);

  // To the postmaster and all its children, as they are now.
  void freeze();  // SIGSTOP
  void thaw();    // SIGCONT

  // An empty one with a name of its own.
  std::string create_database();

  // For libpq, with the superuser `courtside`.
  std::string url(const std::string& database = "postgres") const;

  // Runs the statements, and returns the last one's first column of the first row; or "".
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
