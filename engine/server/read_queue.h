// Where a shard submits its reads of the log. The server uses ReadPool; the simulation runs the
// jobs in the order of a seed.
//
// A job posts its result to the shard that submitted it (Shard::post_task). The caller bounds the
// number of jobs: a shard has at most `reads_in_flight` of each kind, and each history stream one.
//
// Threads: submit from any; jobs run on others.
#pragma once

#include <cstdint>
#include <functional>

namespace courtside {

enum class ReadClass : std::uint8_t { kLive, kHistory, kBackup };

class ReadQueue {
 public:
  virtual ~ReadQueue() = default;

  // Each job runs once, in any order, and never within this call.
  virtual void submit(std::function<void()> job, ReadClass of) = 0;
};

}  // namespace courtside
