// Which history read runs next. Callers take turns, and each has a bounded number of running reads,
// so a caller with many reads delays only itself.
//
// It runs nothing itself: add() a read, start what next() returns, and call done() when it has
// ended. Bound: each owner (a connection or a subscriber) waits for at most one read, and drop()
// removes it, so there are never more waiting reads than owners. Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace courtside {

// The caller that a read counts for.
struct ReadCaller {
  std::string key;            // a key as in the other limits
  std::size_t reads_max = 0;  // running at a time; 0: unlimited
};

class ReadTurns {
 public:
  // `reads_max`: running at a time, of all callers.
  explicit ReadTurns(std::size_t reads_max) : reads_max_(reads_max) {}

  using Job = std::function<void()>;
  void add(const ReadCaller& caller, std::uint64_t owner, Job job);
  // The owner is gone: its waiting read is dropped.
  void drop(std::uint64_t owner);

  struct Turn {
    std::string caller;
    Job job;
  };
  // The read to start now; it counts as running until done(). Empty when none may start.
  std::optional<Turn> next();
  void done(const std::string& caller);

 private:
  struct Waiting {
    std::uint64_t owner;
    Job job;
  };
  using Queue = std::list<Waiting>;
  struct Caller {
    Queue waiting;
    std::size_t running = 0;
    std::size_t reads_max = 0;
    bool is_queued = false;
  };

  void enqueue(const std::string& key, Caller& caller);

  const std::size_t reads_max_;
  std::size_t running_ = 0;
  std::unordered_map<std::string, Caller> callers_;  // callers with waiting or running reads
  std::deque<std::string> line_;                     // the callers' keys in turn order, each once
  struct Place {
    std::string caller;
    Queue::iterator at;
  };
  std::unordered_map<std::uint64_t, Place> places_;  // by owner
};

}  // namespace courtside
