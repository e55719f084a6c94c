// The threads that read the log, so that no loop ever waits for a disk.
//
// A job runs on one of them and posts its result to whoever asked (Shard::post). Jobs are bounded
// where they are made: a shard has at most `reads_in_flight` of them.
//
// Threads: submit from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace courtside {

class ReadPool {
 public:
  explicit ReadPool(std::size_t threads);
  // Runs what was submitted, then ends the threads.
  ~ReadPool();
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  void submit(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace courtside
