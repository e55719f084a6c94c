#include "engine/postgres/query_pool.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/time.h"

namespace courtside {
namespace {

using Kind = QueryError::Kind;

const QueryError kGoingDown{Kind::kUnreachable, "the server is going down"};
const QueryError kTooLate{Kind::kTimeout, "the database did not answer in time"};

// Full jitter: anything up to a bound that doubles, so that servers that lost one database do not
// come back to it in step.
std::chrono::milliseconds pause_after(unsigned failures) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const std::uint64_t bound =
      std::min<std::uint64_t>(50ULL << std::min(failures, 10U), QueryPool::kPauseMaxMs);
  return std::chrono::milliseconds(random() % bound + 1);
}

}  // namespace

QueryPool::QueryPool(std::string connection, const Config::Database& settings)
    : settings_(settings),
      connection_(std::move(connection)),
      query_us_(settings.query_ms * 1000),
      // No longer than a query, so that a new deadline never comes before the next alarm.
      grace_us_(std::min(kGraceMs, settings.query_ms) * 1000),
      workers_(std::max<std::size_t>(settings.connections, 1)) {
  for (Worker& worker : workers_) worker.thread = std::thread([this, &worker] { work(worker); });
  watchdog_ = std::thread([this] { watch(); });
}

QueryPool::~QueryPool() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
    for (Worker& worker : workers_) {
      if (worker.socket >= 0) ::shutdown(worker.socket, SHUT_RDWR);
    }
  }
  ready_.notify_all();
  over_.notify_all();
  alarm_.notify_all();
  refuse_all(std::move(left), kGoingDown);
  for (Worker& worker : workers_) worker.thread.join();
  watchdog_.join();
}

void QueryPool::submit(Query query, Done done) {
  QueryError refusal;
  {
    const std::lock_guard lock(mutex_);
    if (is_away_) {
      refusal = away_;
    } else if (stopping_ || queue_.size() >= settings_.pending_queries) {
      refusal.text = "too many questions wait for the database";
    } else {
      queue_.push_back({std::move(query), std::move(done), steady_us() + query_us_});
      ready_.notify_one();
      if (watch_sleeps_) alarm_.notify_one();
      return;
    }
    ++counters_.failures;
  }
  done(tl::unexpected<QueryError>(std::move(refusal)));
}

QueryPool::Counters QueryPool::counters() const {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.pending = queue_.size() + running_;
  return out;
}

void QueryPool::work(Worker& self) {
  std::unique_ptr<PlatformConnection> connection;
  for (unsigned failures = 0;;) {
    if (connection == nullptr) {
      connection = connect(failures);
      failures = connection == nullptr ? failures + 1 : 0;
    }
    std::optional<Job> job;
    if (connection != nullptr) job = next();
    if (job) run(self, *connection, *std::move(job));
    const bool is_lost = connection != nullptr && !connection->is_open();
    if (is_lost) connection.reset();
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (is_lost) --connected_;
  }
}

// Null, after a pause, where none can be made.
std::unique_ptr<PlatformConnection> QueryPool::connect(unsigned failures) {
  Answer<std::unique_ptr<PlatformConnection>> opened =
      PlatformConnection::open(connection_, settings_);
  std::unique_lock lock(mutex_);
  const bool was_away = is_away_;
  if (opened) {
    ++connected_;
    is_away_ = false;
    lock.unlock();
    if (was_away) log_info("postgres", "the database is there again");
    return *std::move(opened);
  }
  std::deque<Job> refused;
  if (connected_ == 0) {
    is_away_ = true;
    away_ = opened.error();
    refused.swap(queue_);
  }
  const bool is_news = is_away_ && !was_away;
  lock.unlock();
  if (is_news) log_warning("postgres", "no connection can be made: " + opened.error().text);
  refuse_all(std::move(refused), opened.error());
  lock.lock();
  over_.wait_for(lock, pause_after(failures), [this] { return stopping_; });
  return nullptr;
}

std::optional<QueryPool::Job> QueryPool::next() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_) return {};
  Job job = std::move(queue_.front());
  queue_.pop_front();
  ++running_;
  return job;
}

void QueryPool::run(Worker& self, PlatformConnection& connection, Job job) {
  const std::uint64_t now_us = steady_us();
  const std::uint64_t left_ms =
      job.deadline_us > now_us ? (job.deadline_us - now_us + 999) / 1000 : 0;
  Answer<Fact> got = tl::unexpected<QueryError>(kTooLate);
  if (left_ms > 0) {
    {
      const std::lock_guard lock(mutex_);
      // Behind the destructor's back nobody would cut it off any more.
      if (!stopping_) {
        ++counters_.queries;
        self.socket = connection.socket();
        self.deadline_us = job.deadline_us;
        self.is_cut = false;
      }
    }
    got =
        self.socket >= 0 ? job.query(connection, left_ms) : tl::unexpected<QueryError>(kGoingDown);
    ++job.attempts;
    const std::lock_guard lock(mutex_);
    self.socket = -1;
    if (self.is_cut && !got) got = tl::unexpected<QueryError>(kTooLate);
  }
  if (!got && got.error().kind == Kind::kUnreachable && put_back(job)) return;
  answer(job, std::move(got));
  const std::lock_guard lock(mutex_);
  --running_;
}

// For the next connection that is alive. There are at most as many dead ones as workers, so one
// more attempt than that is enough, and a query that ends its server process does so no more often.
bool QueryPool::put_back(Job& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || job.attempts > workers_.size() || steady_us() >= job.deadline_us) return false;
  queue_.push_front(std::move(job));  // its deadline is before all that wait
  --running_;
  ready_.notify_one();
  return true;
}

void QueryPool::answer(const Job& job, Answer<Fact> answer) {
  bool is_news = false;
  if (!answer) {
    const QueryError& what = answer.error();
    const std::lock_guard lock(mutex_);
    ++(what.kind == Kind::kTimeout ? counters_.timeouts : counters_.failures);
    is_news = what.kind == Kind::kRefused && what.text != last_refusal_;
    if (is_news) last_refusal_ = what.text;
  }
  // Once, not for every caller: a query that is wrong is wrong for all.
  if (is_news) log_warning("postgres", "a query is refused: " + answer.error().text);
  job.done(std::move(answer));
}

void QueryPool::refuse_all(std::deque<Job> jobs, const QueryError& error) {
  for (const Job& job : jobs) answer(job, tl::unexpected<QueryError>(error));
}

void QueryPool::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::optional<std::uint64_t> alarm_us = next_alarm_us();
    watch_sleeps_ = !alarm_us;
    if (alarm_us) {
      const std::uint64_t now_us = steady_us();
      if (*alarm_us > now_us) alarm_.wait_for(lock, std::chrono::microseconds(*alarm_us - now_us));
    } else {
      alarm_.wait(lock);
    }
    cut_overdue();
    std::deque<Job> expired = take_expired();
    if (expired.empty()) continue;
    lock.unlock();
    refuse_all(std::move(expired), kTooLate);
    lock.lock();
  }
}

// When the watchdog must look again: nothing that comes later is due before that, since all have
// the same time. A query that runs counts twice, at its deadline and at its end of grace.
std::optional<std::uint64_t> QueryPool::next_alarm_us() const {
  const std::uint64_t now_us = steady_us();
  std::optional<std::uint64_t> out;
  const auto take = [&out](std::uint64_t time_us) {
    out = std::min(out.value_or(time_us), time_us);
  };
  if (!queue_.empty()) take(queue_.front().deadline_us);
  for (const Worker& worker : workers_) {
    if (worker.socket < 0 || worker.is_cut) continue;
    take(worker.deadline_us > now_us ? worker.deadline_us : worker.deadline_us + grace_us_);
  }
  return out;
}

std::deque<QueryPool::Job> QueryPool::take_expired() {
  const std::uint64_t now_us = steady_us();
  std::deque<Job> out;
  while (!queue_.empty() && queue_.front().deadline_us <= now_us) {
    out.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return out;
}

void QueryPool::cut_overdue() {
  const std::uint64_t now_us = steady_us();
  for (Worker& worker : workers_) {
    if (worker.socket < 0 || worker.is_cut || now_us < worker.deadline_us + grace_us_) continue;
    // Its blocked call now sees the end of the stream. The descriptor is the connection's own, and
    // goes with it: not before the worker has taken the lock.
    ::shutdown(worker.socket, SHUT_RDWR);
    worker.is_cut = true;
  }
}

}  // namespace courtside
