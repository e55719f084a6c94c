// Read threads without threads: a job waits until the schedule runs it, in any order.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "engine/server/read_queue.h"

namespace courtside::simulation {

class SimulatedReads final : public ReadQueue {
 public:
  void submit(std::function<void()> job, ReadClass /*of*/) override {
    ++submitted_;
    jobs_.push_back(std::move(job));
  }

  std::size_t waiting() const { return jobs_.size(); }
  std::uint64_t submitted() const { return submitted_; }

  // REQUIRES: index < waiting().
  void run(std::size_t index) {
    const std::function<void()> job = std::move(jobs_[index]);
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
    job();
  }
  void run_all() {
    while (!jobs_.empty()) run(0);
  }

 private:
  std::vector<std::function<void()>> jobs_;
  std::uint64_t submitted_ = 0;
};

}  // namespace courtside::simulation
