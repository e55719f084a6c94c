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
  const std::uint64_t ticket = ++last_ticket_;
  const auto waiting = waiting_.emplace(ticket, std::nullopt).first;
  Command command = Append{.author = {.shard = kAuthorShard, .connection = 0, .ticket = ticket},
                           .events = std::move(events),
                           .step = std::move(step)};
  // Retry until the sequencer accepts it; meanwhile the rows stay in the table.
  while (!closed_) {
    lock.unlock();
    const bool taken = sequencer_->submit(command);
    lock.lock();
    if (taken) break;
    changed_.wait_for(lock, kRetry, [this] { return closed_; });
  }
  changed_.wait(lock, [&] { return closed_ || waiting->second.has_value(); });
  const std::optional<Verdict> verdict = std::move(waiting->second);
  waiting_.erase(waiting);
  if (!verdict) return fail(Code::draining, "the log takes no more");
  if (const auto* appended = std::get_if<std::vector<Appended>>(&verdict->outcome)) {
    return *appended;
  }
  const auto* overtaken = std::get_if<Overtaken>(&verdict->outcome);
  return fail(Code::version_conflict, format("another reader has brought the source to `{}`",
                                             overtaken ? overtaken->place : ""));
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
