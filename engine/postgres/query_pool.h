// A few threads with a connection each, a bounded queue in front of them, and a watchdog that keeps
// the promise: a query is answered within query_ms of submit(), or fails.
//
//   submit ─▶ queue ─▶ worker: connect, ask, answer        (blocks in libpq)
//               ▲          ▲
//               └─watchdog─┘  answers what waited too long; shuts the socket of a query down whose
//                             time is over and whose server is silent, so that its worker answers
//
// The server itself ends a slow statement at its deadline, which costs no connection; the watchdog
// comes kGraceMs later. A query whose connection broke under it is asked again on a fresh one while
// it has time: after a restart of the server every connection of the pool is a dead one, and nobody
// need hear of it. While no connection can be made, everything is answered kUnreachable at once,
// and each worker tries again with a random pause of at most kPauseMaxMs.
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
  // Runs on a worker; takes timeout_ms at most where the server keeps to it.
  using Query = std::function<Answer<Fact>(PlatformConnection&, std::uint64_t timeout_ms)>;
  using Done = std::function<void(Answer<Fact>)>;
  static constexpr std::uint64_t kGraceMs = 250;
  static constexpr std::uint64_t kPauseMaxMs = 1000;

  // `connection` as connection_string() makes it.
  QueryPool(std::string connection, const Config::Database& settings);
  // Answers all that is left, kUnreachable. Waits for a worker that is connecting, which
  // connect_timeout bounds.
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // Answers exactly once; at once, on the caller's thread, when the queue is full or the server is
  // known to be away.
  void submit(Query query, Done done);

  struct Counters {
    std::uint64_t queries = 0;   // put to the server
    std::uint64_t failures = 0;  // answered with an error, save for those out of time
    std::uint64_t timeouts = 0;  // out of time: in the queue, at the server, or it was silent
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
    int socket = -1;  // while a query is on it
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
  std::condition_variable ready_;  // for workers with a connection: something waits, or it is over
  std::condition_variable over_;   // for those that pause before they connect again
  std::condition_variable alarm_;  // for the watchdog
  std::deque<Job> queue_;          // deadlines rise
  std::vector<Worker> workers_;    // none is added later
  Counters counters_;
  std::size_t connected_ = 0;
  std::size_t running_ = 0;
  std::string last_refusal_;
  QueryError away_;            // why no connection could be made, while is_away_
  bool is_away_ = false;       // no worker has a connection, and the last attempt failed
  bool watch_sleeps_ = false;  // without an alarm
  bool stopping_ = false;
  std::thread watchdog_;
};

}  // namespace courtside
