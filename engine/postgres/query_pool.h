// A few threads with a connection each, a bounded queue in front of them, and a watchdog. A query
// has its answer within query_ms of submit(), or fails.
//
//   submit ─▶ queue ─▶ worker: connect, ask, answer        (blocks in libpq)
//               ▲          ▲
//               └─watchdog─┘  answers queries that waited too long; shuts down the socket of a
//               query
//                             whose time is over and whose server is silent, so its worker answers
//
// The server ends a slow statement at its deadline, and the connection stays usable; the watchdog
// acts kGraceMs later. A query whose connection breaks is repeated on a new one while it has time:
// after a restart of the server every connection of the pool is dead, and callers need not notice.
// While no connection can be made, every query gets kUnreachable at once, and each worker tries
// again after a random pause of at most kPauseMaxMs.
//
// Threads: submit and counters from any; answers come on one of the pool's, with no lock held.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/postgres/platform_connection.h"

namespace courtside {

class QueryPool {
 public:
  // Runs on a worker, for at most timeout_ms if the server obeys it.
  using Query = std::function<Answer<Fact>(PlatformConnection&, std::uint64_t timeout_ms)>;
  using Done = std::function<void(Answer<Fact>)>;
  static constexpr std::uint64_t kGraceMs = 250;
  static constexpr std::uint64_t kPauseMaxMs = 1000;

  // `connection` is from connection_string().
  QueryPool(std::string connection, const Config::Database& settings);
  // Answers the remaining queries with kUnreachable. Waits for a worker that is connecting, for at
  // most connect_timeout.
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // Calls `done` exactly once; on the caller's thread before it returns when the queue is full or
  // the server is known to be unreachable.
  void submit(Query query, Done done);

  struct Counters {
    std::uint64_t queries = 0;   // sent to the server
    std::uint64_t failures = 0;  // answered with an error, except timeouts
    std::uint64_t timeouts = 0;  // in the queue, at the server, or because it was silent
    std::uint64_t pending = 0;   // now, in the queue and at the server
  };
  Counters counters() const;

 private:
  struct Job {
    Query query;
    Done done;
    std::uint64_t deadline_us = 0;  // of steady_us()
    std::size_t attempts = 0;
  };
  struct Worker {
    std::thread thread;
    int socket = -1;  // while a query runs on it
    std::uint64_t deadline_us = 0;
    bool is_cut = false;  // by the watchdog
  };

  void work(Worker& self);
  std::unique_ptr<PlatformConnection> connect(unsigned failures);
  std::optional<Job> next();
  void run(Worker& self, PlatformConnection& connection, Job job);
  bool put_back(Job& job);
  void answer(const Job& job, Answer<Fact> answer);
  void refuse_all(std::deque<Job> jobs, const QueryError& error);

  void watch();
  // REQUIRES: mutex_ is held.
  std::optional<std::uint64_t> next_alarm_us() const;
  std::deque<Job> take_expired();
  void cut_overdue();

  const Config::Database settings_;
  const std::string connection_;
  const std::uint64_t query_us_;
  const std::uint64_t grace_us_;

  mutable std::mutex mutex_;
  std::condition_variable ready_;  // for workers with a connection: a query waits, or the pool ends
  std::condition_variable over_;   // for workers that pause before they connect again
  std::condition_variable alarm_;  // for the watchdog
  std::deque<Job> queue_;          // in the order of deadlines
  std::vector<Worker> workers_;    // fixed after construction
  Counters counters_;
  std::size_t connected_ = 0;
  std::size_t running_ = 0;
  std::string last_refusal_;
  QueryError away_;            // why no connection can be made, while is_away_
  bool is_away_ = false;       // no worker has a connection, and the last attempt failed
  bool watch_sleeps_ = false;  // without an alarm
  bool stopping_ = false;
  std::thread watchdog_;
};

}  // namespace courtside
