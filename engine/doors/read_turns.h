// Whose read of history is next: callers take turns, and each has a few reads under way at most, so
// that who asks for much waits for its own.
//
// It runs nothing: add() what is asked for, start what next() answers, and say done() when it is.
// Bound: an owner (a connection, or a subscriber) asks for one thing at a time, and what it waits
// for goes with it; so no more wait than there are owners. Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace courtside {

// Who a read counts as.
struct ReadCaller {
  std::string key;            // as in the other limits
  std::size_t reads_max = 0;  // under way at a time; 0: any number
};

class ReadTurns {
 public:
  // Under way at a time, of all callers.
  explicit ReadTurns(std::size_t reads_max) : reads_max_(reads_max) {}

  using Job = std::function<void()>;
  void add(const ReadCaller& caller, std::uint64_t owner, Job job);
  // The owner is gone: what it still waits for is not read.
  void drop(std::uint64_t owner);

  struct Turn {
    std::string caller;
    Job job;
  };
  // What is to be started now, and is under way from here on; empty when nothing may.
  std::optional<Turn> next();
  void done(const std::string& caller);

 private:
  struct Waiting {
    std::uint64_t owner;
    Job job;
  };
  struct Caller {
    std::deque<Waiting> waiting;
    std::size_t running = 0;
    std::size_t reads_max = 0;
    bool in_line = false;
  };

  void line_up(const std::string& key, Caller& caller);

  const std::size_t reads_max_;
  std::size_t running_ = 0;
  std::unordered_map<std::string, Caller> callers_;  // those who wait or have reads under way
  std::deque<std::string> line_;                     // whose turn it is; once each
  std::unordered_map<std::uint64_t, std::string> waits_as_;  // by owner
};

}  // namespace courtside
