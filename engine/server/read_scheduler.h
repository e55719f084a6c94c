// Decides which reads of one shard run next. Each read belongs to a subscriber or connection and is
// dropped with it. Each kind has a bound, and waiting reads take turns:
//
//   page      for a subscriber that catches up    ReadTurns, one each, `in_flight_max` running
//   question  where a subscription begins         `in_flight_max` running, more are refused
//   history   for a response over HTTP            ReadTurns, `in_flight_max` running
//   part      of a history file, or a backup      bounded by its place (Admission)
//
// Threads: its shard's. A Job runs on a read thread; the Task that it returns runs on the shard's.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

#include "engine/admission/read_turns.h"
#include "engine/delivery/hub.h"
#include "engine/server/read_queue.h"
#include "transport/connection.h"

namespace courtside {

class ReadScheduler {
 public:
  using Task = std::function<void()>;
  using Job = std::function<Task()>;

  // `queue` must outlive it; `post` passes a task to the shard's thread, from any thread.
  ReadScheduler(ReadQueue& queue, std::size_t in_flight_max, std::function<void(Task)> post);

  // `caller`: for whom the subscriber reads, of whose subscribers so many may read at a time; with
  // an empty key it takes turns by itself. REQUIRES: the subscriber has no page waiting or running.
  void read_page(SubscriberId subscriber, Job job, ReadCaller caller = {});
  // The subscriber is gone: drops its page, unless a read thread already runs it.
  void forget(SubscriberId subscriber);

  // False when too many are running.
  [[nodiscard]] bool ask(Job job);

  void read_history(const ReadCaller& caller, ConnectionId connection, Job job);
  // The connection is gone: drops its waiting history read.
  void forget(ConnectionId connection);

  void read_part(Job job);
  // A backup: it may take minutes, and delays no read.
  void make_backup(Job job);

 private:
  void start(ReadTurns& turns, ReadClass of);
  void add(ReadTurns& turns, ReadClass of, const ReadCaller& caller, std::uint64_t owner, Job job);

  ReadQueue& queue_;
  const std::size_t in_flight_max_;
  const std::function<void(Task)> post_;
  ReadTurns pages_;
  // For each waiting or running page: whether its subscriber still exists.
  std::unordered_map<SubscriberId, std::shared_ptr<std::atomic<bool>>> wanted_;
  ReadTurns history_;
  std::size_t questions_ = 0;  // running
};

}  // namespace courtside
