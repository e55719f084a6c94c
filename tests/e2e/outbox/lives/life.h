// One life of a source: a server that reads an outbox, while its database is copied, restored, put
// back, promoted, mistaken for another one, and killed; and an operator who does what the server
// says, and nothing else.
//
// The life knows which rows were committed, so it can tell in the end whether each of them is in
// the log once. Rows that were committed and are in no database any more, since somebody put it
// back, may be in the log or not. Threads: one.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/outbox/support/outbox.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_process.h"
#include "tests/support/postgres_server.h"

namespace courtside::e2e {

// Two clusters of one release, so that a database can move.
struct Clusters {
  explicit Clusters(PostgresRelease release);
  PostgresServer one;
  PostgresServer two;
};

struct LifeCounts {
  std::map<std::string, int> steps;  // and remedies, by name
  std::uint64_t rows = 0;            // committed, and in the log once
  std::uint64_t lives = 0;
  std::string text() const;
};

class Life {
 public:
  Life(std::uint64_t seed, Clusters& clusters, LifeCounts& counts);
  ~Life();

  // Ends with every check. Throws Failure where something is never reached.
  void live();

  // What happened, step by step, and what the server printed.
  std::string story() const;

 private:
  struct Database {
    PostgresServer* cluster = nullptr;
    std::string name;
    std::string url() const { return cluster->url(name); }
    std::string sql(const std::string& text) const { return cluster->sql(name, text); }
  };
  enum class Accepts : std::uint8_t { kNothing, kWhatIsOffered };

  // What may happen.
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

  // Rows of the current database.
  std::string next_id();
  std::string insert(const std::string& id, const std::string& txid = "DEFAULT");
  void commit_one();
  void commit_some(std::size_t count);
  // Those that were committed since `before` are gone with the database's last moments.
  void forget_since(const std::set<std::string>& before);

  Database make_database();
  void switch_to(const Database& database);
  void start_server();
  void restart_server();

  // Until everything that was committed is in the log; does what the server says meanwhile.
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
  std::set<std::string> committed_;  // and in the database that is read, or read before
  std::set<std::string> gone_;       // committed, and with a database that was put back
  std::uint64_t next_number_ = 0;
  std::map<std::string, int> versions_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> http_;
  std::vector<std::string> story_;
};

}  // namespace courtside::e2e
