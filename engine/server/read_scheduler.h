// What one shard reads next. Every read belongs to somebody and goes with them; each kind has its
// bound, and those who wait take turns:
//
//   page      for a subscriber that catches up    one each, `in_flight_max` under way
//   question  where a subscription begins         `in_flight_max` under way, more are refused
//   history   for an answer over HTTP             as ReadTurns says, `in_flight_max` under way
//   part      of a file of history, or a backup   bounded by its place (Doors)
//
// Threads: its shard's. A Job runs on a read thread, and what it returns on the shard's.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

#include "engine/delivery/hub.h"
#include "engine/doors/read_turns.h"
#include "engine/server/read_pool.h"
#include "transport/connection.h"

namespace courtside {

class ReadScheduler {
 public:
  using Task = std::function<void()>;
  using Job = std::function<Task()>;

  // `pool` outlives it; `post` hands a task to the shard's thread, from any.
  ReadScheduler(ReadPool& pool, std::size_t in_flight_max, std::function<void(Task)> post);

  // REQUIRES: the subscriber has no page waiting or under way.
  void read_page(SubscriberId subscriber, Job job);
  // The subscriber is gone: its page is not read, unless a read thread is at it already.
  void forget(SubscriberId subscriber);

  // False when too many are under way.
  [[nodiscard]] bool ask(Job job);

  void read_history(const ReadCaller& caller, ConnectionId connection, Job job);
  // The connection is gone: the history that it waits for is not read.
  void forget(ConnectionId connection);

  void read_part(Job job);

 private:
  void start(ReadTurns& turns, ReadClass of);
  void add(ReadTurns& turns, ReadClass of, const ReadCaller& caller, std::uint64_t owner, Job job);

  ReadPool& pool_;
  const std::size_t in_flight_max_;
  const std::function<void(Task)> post_;
  ReadTurns pages_;
  // Of each page that waits or is under way: whether somebody still wants it.
  std::unordered_map<SubscriberId, std::shared_ptr<std::atomic<bool>>> wanted_;
  ReadTurns history_;
  std::size_t questions_ = 0;  // under way
};

}  // namespace courtside
