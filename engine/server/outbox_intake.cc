#include "engine/server/outbox_intake.h"

#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "engine/routing/publisher.h"
#include "schema/catalogue.h"

namespace courtside {
namespace {

// No shard has this number.
constexpr std::uint32_t kAuthorShard = std::numeric_limits<std::uint32_t>::max();
// Pause between two attempts while the sequencer's queue is full.
constexpr std::chrono::milliseconds kRetry{5};
// The same while the log's disk is full or read-only.
constexpr std::chrono::milliseconds kDiskRetry{250};
// Bound of the types for which a warning was logged.
constexpr std::size_t kMisspeltTypesMax = 100;

}  // namespace

// A misspelt type is only a warning, because a committed row must not be lost.
void OutboxIntake::warn_of_misspelt_type(std::string_view type) {
  const std::string meant = nearest_type(type);
  if (meant.empty()) return;
  const std::lock_guard lock(mutex_);
  if (misspelt_types_.size() >= kMisspeltTypesMax || !misspelt_types_.emplace(type).second) return;
  log_warning("outbox",
              format("rows have the type `{}`, which is not in the catalogue; `{}` may be meant",
                     type, meant));
}

Result<NewEvent> OutboxIntake::address(IncomingEvent event) {
  warn_of_misspelt_type(EventView(event.event).type());
  return address_event(router_, std::move(event), IdScope::kSource);
}

Result<std::vector<Appended>> OutboxIntake::append(std::vector<NewEvent> events, SourceStep step) {
  std::unique_lock lock(mutex_);
  for (;;) {
    Result<Verdict> verdict = submit_and_wait(lock, {.author = {}, .events = events, .step = step});
    if (!verdict) return fail(verdict.error());
    if (const auto* refused = std::get_if<Refused>(&verdict->outcome)) {
      if (!may_try_again(*refused)) return fail(refused->error);
      wait_for_disk(lock, step.source, refused->error);
      continue;
    }
    if (refusals_.erase(step.source) > 0) log_info("outbox", step.source + ": goes on");
    if (auto* appended = std::get_if<std::vector<Appended>>(&verdict->outcome)) {
      return std::move(*appended);
    }
    const auto* overtaken = std::get_if<Overtaken>(&verdict->outcome);
    return fail(Code::version_conflict, format("another reader has brought the source to `{}`",
                                               overtaken ? overtaken->place : ""));
  }
}

Result<Verdict> OutboxIntake::submit_and_wait(std::unique_lock<std::mutex>& lock, Append append) {
  const std::uint64_t ticket = ++last_ticket_;
  const auto waiting = waiting_.emplace(ticket, std::nullopt).first;
  append.author = {.shard = kAuthorShard, .connection = 0, .ticket = ticket};
  Command command(std::move(append));
  // Retry until the sequencer accepts it; meanwhile the rows stay in the table.
  while (!closed_) {
    lock.unlock();
    const bool taken = sequencer_->submit(command);
    lock.lock();
    if (taken) break;
    changed_.wait_for(lock, kRetry, [this] { return closed_; });
  }
  changed_.wait(lock, [&] { return closed_ || waiting->second.has_value(); });
  std::optional<Verdict> verdict = std::move(waiting->second);
  waiting_.erase(waiting);
  if (!verdict) return fail(Code::draining, "the log takes no more");
  return *std::move(verdict);
}

// A full or read-only disk is waited for. Damage is not: the reader says it, and tries again later.
bool OutboxIntake::may_try_again(const Refused& refused) const {
  return !closed_ && !stopping_ && refused.error.code != Code::data_corrupt;
}

void OutboxIntake::wait_for_disk(std::unique_lock<std::mutex>& lock, const std::string& source,
                                 const Error& error) {
  const bool is_new = refusals_.insert_or_assign(source, error.message).second;
  if (is_new) log_warning("outbox", source + ": waits: " + error.message);
  changed_.wait_for(lock, kDiskRetry, [this] { return closed_ || stopping_; });
}

std::string OutboxIntake::waits_for(const std::string& source) const {
  const std::lock_guard lock(mutex_);
  const auto found = refusals_.find(source);
  return found == refusals_.end() ? std::string() : found->second;
}

void OutboxIntake::stop_waiting() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void OutboxIntake::on_commit(const Batch& batch) {
  bool any = false;
  for (const Verdict& verdict : batch.verdicts) {
    if (verdict.author.shard != kAuthorShard) continue;
    const std::lock_guard lock(mutex_);
    const auto waiting = waiting_.find(verdict.author.ticket);
    if (waiting != waiting_.end()) waiting->second = verdict;
    any = true;
  }
  if (any) changed_.notify_all();
}

void OutboxIntake::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace courtside
