// One life of a source: a server reads an outbox while its database is copied, restored, promoted,
// confused with another one, and killed; an operator does only what the server advises.
//
// The life records which rows were committed, so at the end it can check that each is in the log
// once. Committed rows that a restore removed from every database may be in the log or not.
// Threads: one.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_process.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// Two clusters of one release, so that a database can move between them.
struct Clusters {
  explicit Clusters(PostgresRelease release);
  PostgresServer one;
  PostgresServer two;
};

struct LifeCounts {
  std::map<std::string, int> steps;  // how often each step and remedy happened
  std::uint64_t rows = 0;            // committed and in the log once
  std::uint64_t lives = 0;
  std::string text() const;
};

class Life {
 public:
  Life(std::uint64_t seed, Clusters& clusters, LifeCounts& counts);
  ~Life();

  // Runs the life and all checks at its end. Throws Failure when a condition is never reached.
  void live();

  // The steps so far, and the server's output.
  std::string story() const;

 private:
  struct Database {
    PostgresServer* cluster = nullptr;
    std::string name;
    std::string url() const { return cluster->url(name); }
    std::string sql(const std::string& text) const { return cluster->sql(name, text); }
  };
  enum class Accepts : std::uint8_t { kNothing, kWhatIsOffered };

  // One random step, and its kinds.
  void step();
  void write_rows();
  void copy_rows_ahead();
  void copy_rows_behind();
  void change_old_rows();
  void restore_elsewhere();
  void mistake_for_another();
  void accept_another();
  void promote();
  void promote_one_that_lagged();
  void put_back();
  void kill_something();

  // Rows in the current database.
  std::string next_id();
  std::string insert(const std::string& id, const std::string& txid = "DEFAULT");
  void commit_one();
  void commit_some(std::size_t count);
  // Rows committed since `before` were lost with the database's last moments.
  void forget_since(const std::set<std::string>& before);

  Database make_database();
  void switch_to(const Database& database);
  void start_server();
  void restart_server();

  // Waits until everything committed is in the log; follows the server's advice meanwhile.
  void settle(Accepts accepts = Accepts::kWhatIsOffered);
  bool is_all_logged();
  void act(Accepts accepts);
  void run_statement(const std::string& detail, const std::string& verb);
  void accept_offer(const std::string& detail);
  Json status();
  std::multiset<std::string> logged_ids();
  void note(const std::string& what);

  Random random_;
  Clusters& clusters_;
  LifeCounts& counts_;
  const std::string name_;
  std::vector<Database> databases_;
  Database current_;
  std::string accepted_;
  std::string keep_;
  std::set<std::string> committed_;  // in the database that is read, or was read before
  std::set<std::string> gone_;       // lost by a restore
  std::uint64_t next_number_ = 0;
  std::map<std::string, int> versions_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> http_;
  std::vector<std::string> story_;
};

}  // namespace courtside::e2e
