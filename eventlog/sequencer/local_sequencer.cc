#include "eventlog/sequencer/local_sequencer.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "eventlog/fold.h"
#include "eventlog/sequencer/clock_watch.h"
#include "eventlog/sequencer/pending_commands.h"
#include "eventlog/sequencer/retention.h"

namespace courtside {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

std::size_t events_in(const Command& command) {
  const auto* append = std::get_if<Append>(&command);
  return append ? append->events.size() : 0;
}

std::size_t bytes_in(const Command& command) {
  const auto* append = std::get_if<Append>(&command);
  return append ? append->size_bytes() : 0;
}

class GroupCommit : public LocalSequencer {
 public:
  GroupCommit(EventLog& log, const SequencerOptions& options)
      : log_(log), options_(options), pending_(options.pending_bytes_max) {}

  ~GroupCommit() override { GroupCommit::stop(); }

  void start(CommitListener& listener) override {
    COURTSIDE_CHECK(listener_ == nullptr);
    listener_ = &listener;
    thread_ = std::thread([this] { run(); });
  }

  bool submit(Command& command) override { return pending_.submit(command); }

  void stop() override {
    pending_.close();
    if (thread_.joinable()) thread_.join();
  }

  SequencerCounters counters() const override;

 private:
  void run();
  bool retains() const { return options_.retention_bytes > 0 || options_.retention_age_s > 0; }
  Result<void> check_retention();
  struct Portion {
    std::size_t commands = 0;
    std::size_t pending_bytes = 0;
  };
  Portion next_portion() const;
  Result<void> commit_some();
  std::vector<Hash128> next_keys() const;
  void count(const Batch& batch, const FoldPlace& before);
  void watch_clock(Timestamp clock, Timestamp last);
  void stop_for_good(const Error& error);

  EventLog& log_;
  CommitListener* listener_ = nullptr;  // set before the thread begins
  const SequencerOptions options_;
  PendingCommands pending_;
  std::deque<Command> taken_;  // log thread only: taken from pending_, not yet folded
  // For the commands of taken_ that were taken together: when the first of them was submitted.
  struct Arrival {
    std::size_t commands;
    std::uint64_t at_us;
  };
  std::deque<Arrival> arrivals_;
  std::vector<Offset> drops_;  // from retention, not yet folded
  SteadyTime next_check_{};
  ClockWatch clock_watch_;

  // Written by the log thread only, read by any.
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> duplicates_{0};
  std::atomic<std::uint64_t> conflicts_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> dropped_{0};
  DurationHistogram commit_times_;
  std::atomic<std::int64_t> last_recorded_us_{0};

  std::thread thread_;
};

// The disk is looked after this often while nothing is committed.
constexpr std::chrono::milliseconds kLookEach{200};

// Retention that finds a damaged record waits: the log is served, and the damage is reported.
Result<void> unless_damaged(Result<void> done) {
  if (!done && done.error().code == Code::data_corrupt) return {};
  return done;
}

void add_to(std::atomic<std::uint64_t>& counter, std::uint64_t count) {
  counter.fetch_add(count, std::memory_order_relaxed);
}

void GroupCommit::run() {
  pthread_setname_np(pthread_self(), "log");
  watch_clock(options_.clock(), log_.place().recorded);
  next_check_ = retains() ? std::chrono::steady_clock::now() : SteadyTime::max();
  bool more = true;
  while (more || !taken_.empty()) {
    const std::size_t before = taken_.size();
    more =
        pending_.take(taken_, std::min(next_check_, std::chrono::steady_clock::now() + kLookEach));
    if (taken_.size() > before) {
      arrivals_.push_back({.commands = taken_.size() - before, .at_us = pending_.first_us()});
    }
    if (auto looked = log_.look(); !looked) return stop_for_good(looked.error());
    if (std::chrono::steady_clock::now() >= next_check_ && more) {
      if (auto checked = check_retention(); !checked) return stop_for_good(checked.error());
    }
    if (taken_.empty() && drops_.empty()) continue;
    if (auto committed = commit_some(); !committed) return stop_for_good(committed.error());
  }
}

Result<void> GroupCommit::check_retention() {
  next_check_ =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.retention_check_ms);
  if (!log_.may_drop()) return {};
  if (auto reclaimed = unless_damaged(log_.reclaim()); !reclaimed) return reclaimed;
  auto drops =
      due_drops(log_, {.bytes = options_.retention_bytes, .age_s = options_.retention_age_s},
                options_.clock());
  if (drops) drops_ = *std::move(drops);
  return drops ? Result<void>() : unless_damaged(fail(drops.error()));
}

// The ids of the events in the next batch, or a few more.
std::vector<Hash128> GroupCommit::next_keys() const {
  std::vector<Hash128> keys;
  for (const Command& command : taken_) {
    if (keys.size() >= options_.batch_events_max) break;
    const auto* append = std::get_if<Append>(&command);
    if (!append) continue;
    for (const NewEvent& event : append->events) keys.push_back(event.key);
  }
  return keys;
}

// How many of the waiting commands the next batch takes, and their size.
GroupCommit::Portion GroupCommit::next_portion() const {
  Portion portion;
  std::size_t events = 0;
  std::size_t bytes = 0;
  for (const Command& command : taken_) {
    events += events_in(command);
    bytes += bytes_in(command);
    const bool is_first = portion.commands == 0;
    if (!is_first && (events > options_.batch_events_max || bytes > options_.batch_bytes_max))
      break;
    ++portion.commands;
    portion.pending_bytes += pending_bytes(command);
  }
  return portion;
}

Result<void> GroupCommit::commit_some() {
  const FoldPlace before = log_.place();
  if (auto looked_up = log_.look_up(next_keys()); !looked_up) return looked_up;
  const Timestamp clock = options_.clock();
  const Portion portion = next_portion();
  Fold fold(log_, before, clock,
            portion.commands > 0 ? log_.refusal(portion.pending_bytes) : std::nullopt);
  // Retention's drops come first: the waiting commands are folded against the log after them.
  for (const Offset below : std::exchange(drops_, {})) {
    if (auto folded = fold.apply(Drop{below}); !folded) return folded;
  }
  const std::uint64_t submitted_us = arrivals_.empty() ? 0 : arrivals_.front().at_us;
  for (std::size_t i = 0; i < portion.commands; ++i) {
    if (auto done = fold.apply(taken_[i]); !done) return done;
    if (--arrivals_.front().commands == 0) arrivals_.pop_front();
  }
  Batch folded = fold.take();
  folded.submitted_us = submitted_us;
  const auto batch = std::make_shared<const Batch>(std::move(folded));
  const std::uint64_t began_us = steady_us();
  if (auto committed = log_.commit(*batch, fold.place()); !committed) return committed;
  commit_times_.add(steady_us() - began_us);
  count(*batch, before);
  watch_clock(clock, log_.place().recorded);
  taken_.erase(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(portion.commands));
  pending_.done(portion.pending_bytes);
  listener_->on_commit(batch);
  return {};
}

void GroupCommit::count(const Batch& batch, const FoldPlace& before) {
  add_to(commits_, 1);
  add_to(events_, batch.size());
  add_to(dropped_, batch.first_held.value() - before.first_held.value());
  for (const Verdict& verdict : batch.verdicts) {
    const auto* appended = std::get_if<std::vector<Appended>>(&verdict.outcome);
    if (!appended) {
      const bool is_refused = std::holds_alternative<Refused>(verdict.outcome);
      add_to(is_refused ? refused_ : conflicts_, 1);
      continue;
    }
    for (const Appended& event : *appended) add_to(duplicates_, event.duplicate ? 1 : 0);
  }
}

void GroupCommit::watch_clock(Timestamp clock, Timestamp last) {
  last_recorded_us_.store(last.value(), std::memory_order_relaxed);
  if (const auto incident = clock_watch_.look(clock, last)) log_warning("eventlog", *incident);
}

void GroupCommit::stop_for_good(const Error& error) {
  pending_.close();
  listener_->on_failure(error);
}

SequencerCounters GroupCommit::counters() const {
  const auto read = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {.commits = read(commits_),
          .events = read(events_),
          .duplicates = read(duplicates_),
          .conflicts = read(conflicts_),
          .refused = read(refused_),
          .dropped = read(dropped_),
          .commit_times = commit_times_.counts(),
          .pending_bytes = pending_.bytes(),
          .clock_behind_us = static_cast<std::uint64_t>(std::max<std::int64_t>(
              last_recorded_us_.load(std::memory_order_relaxed) - options_.clock().value(), 0))};
}

}  // namespace

std::unique_ptr<LocalSequencer> LocalSequencer::make(EventLog& log,
                                                     const SequencerOptions& options) {
  return std::make_unique<GroupCommit>(log, options);
}

}  // namespace courtside
