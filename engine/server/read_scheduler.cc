#include "engine/server/read_scheduler.h"

#include <string>
#include <utility>

namespace courtside {

ReadScheduler::ReadScheduler(ReadQueue& queue, std::size_t in_flight_max,
                             std::function<void(Task)> post)
    : queue_(queue),
      in_flight_max_(in_flight_max),
      post_(std::move(post)),
      pages_(in_flight_max),
      history_(in_flight_max) {}

void ReadScheduler::read_page(SubscriberId subscriber, Job job, ReadCaller caller) {
  if (caller.key.empty()) caller = {.key = std::to_string(subscriber.value()), .reads_max = 1};
  const auto wanted = std::make_shared<std::atomic<bool>>(true);
  wanted_.insert_or_assign(subscriber, wanted);
  add(pages_, ReadClass::kLive, caller, subscriber.value(),
      [this, subscriber, wanted, job = std::move(job)]() -> Task {
        if (!*wanted) return [] {};
        return [this, subscriber, then = job()] {
          wanted_.erase(subscriber);
          then();
        };
      });
}

void ReadScheduler::forget(SubscriberId subscriber) {
  const auto found = wanted_.find(subscriber);
  if (found == wanted_.end()) return;
  *found->second = false;
  wanted_.erase(found);
  pages_.drop(subscriber.value());
}

bool ReadScheduler::ask(Job job) {
  if (questions_ >= in_flight_max_) return false;
  ++questions_;
  queue_.submit(
      [this, job = std::move(job)] {
        post_([this, then = job()] {
          --questions_;
          then();
        });
      },
      ReadClass::kLive);
  return true;
}

void ReadScheduler::read_history(const ReadCaller& caller, ConnectionId connection, Job job) {
  add(history_, ReadClass::kHistory, caller, connection.value(), std::move(job));
}

void ReadScheduler::forget(ConnectionId connection) { history_.drop(connection.value()); }

void ReadScheduler::read_part(Job job) {
  queue_.submit([this, job = std::move(job)] { post_(job()); }, ReadClass::kHistory);
}

void ReadScheduler::make_backup(Job job) {
  queue_.submit([this, job = std::move(job)] { post_(job()); }, ReadClass::kBackup);
}

void ReadScheduler::add(ReadTurns& turns, ReadClass of, const ReadCaller& caller,
                        std::uint64_t owner, Job job) {
  turns.add(caller, owner, [this, &turns, of, key = caller.key, job = std::move(job)] {
    post_([this, &turns, of, key, then = job()] {
      turns.done(key);
      then();
      start(turns, of);
    });
  });
  start(turns, of);
}

void ReadScheduler::start(ReadTurns& turns, ReadClass of) {
  while (std::optional<ReadTurns::Turn> turn = turns.next()) {
    queue_.submit(std::move(turn->job), of);
  }
}

}  // namespace courtside
