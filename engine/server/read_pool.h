// The threads that read the log, so that no loop waits for a disk.
//
// Live reads go first. History reads (HTTP queries, except live streams) use all threads but one,
// and run only while no live read waits. However, after kHistoryTurn live jobs one waiting history
// job runs, so that history reads always make progress. Backups have a thread of their own.
//
// Threads: submit and times from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/duration_histogram.h"
#include "engine/server/read_queue.h"

namespace courtside {

class ReadPool final : public ReadQueue {
 public:
  explicit ReadPool(std::size_t threads);
  // Runs the submitted jobs, then ends the threads.
  ~ReadPool() override;
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  void submit(std::function<void()> job, ReadClass of) override;

  // How long the finished jobs of a class took, without their wait. REQUIRES: not backups.
  DurationHistogram::Counts times(ReadClass of) const {
    return (of == ReadClass::kHistory ? history_times_ : live_times_).counts();
  }

  static constexpr std::size_t kHistoryTurn = 8;

 private:
  using Jobs = std::deque<std::function<void()>>;

  void work();
  void work_on_backups();
  // The queue whose first job runs next; null when no job may run now.
  Jobs* next_queue();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable backup_ready_;
  Jobs live_;
  Jobs history_;
  Jobs backups_;
  std::size_t history_running_ = 0;
  std::size_t history_running_max_;
  std::size_t passed_over_ = 0;  // live jobs taken while history waited
  bool stopping_ = false;
  DurationHistogram live_times_;
  DurationHistogram history_times_;
  std::vector<std::thread> threads_;
};

}  // namespace courtside
