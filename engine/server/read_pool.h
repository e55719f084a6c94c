// The threads that read the log, so that no loop ever waits for a disk.
//
// A job runs on one of them and posts its result to whoever asked (Shard::post). Jobs are bounded
// where they are made: a shard has at most `reads_in_flight` of each kind, and each history stream
// one.
//
// Those who wait for live events go first: history (what is asked for over HTTP, but for live
// streams) is read by all threads but one, and only while nothing else waits. Of what waits for too
// long behind the others, one job is let through after every kHistoryTurn of theirs, so that it
// comes to an end.
//
// Threads: submit from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace courtside {

enum class ReadClass : std::uint8_t { kLive, kHistory };

class ReadPool {
 public:
  explicit ReadPool(std::size_t threads);
  // Runs what was submitted, then ends the threads.
  ~ReadPool();
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  void submit(std::function<void()> job, ReadClass of = ReadClass::kLive);

  static constexpr std::size_t kHistoryTurn = 8;

 private:
  using Jobs = std::deque<std::function<void()>>;

  void work();
  // The queue whose first job is to run next; null when there is none for now.
  Jobs* next_queue();

  std::mutex mutex_;
  std::condition_variable ready_;
  Jobs live_;
  Jobs history_;
  std::size_t history_running_ = 0;
  std::size_t history_running_max_;
  std::size_t passed_over_ = 0;  // live jobs taken since history had to wait
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace courtside
