#include "engine/server/read_pool.h"

#include <algorithm>
#include <utility>

#include "base/time.h"

namespace courtside {

ReadPool::ReadPool(std::size_t threads)
    : history_running_max_(std::max<std::size_t>(threads, 2) - 1) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  threads_.emplace_back([this] { work_on_backups(); });
}

ReadPool::~ReadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  backup_ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReadPool::submit(std::function<void()> job, ReadClass of) {
  {
    const std::lock_guard lock(mutex_);
    Jobs& queue = of == ReadClass::kLive ? live_ : of == ReadClass::kHistory ? history_ : backups_;
    queue.push_back(std::move(job));
  }
  (of == ReadClass::kBackup ? backup_ready_ : ready_).notify_one();
}

void ReadPool::work_on_backups() {
  std::unique_lock lock(mutex_);
  for (;;) {
    backup_ready_.wait(lock, [this] { return stopping_ || !backups_.empty(); });
    if (backups_.empty()) return;
    const std::function<void()> job = std::move(backups_.front());
    backups_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

ReadPool::Jobs* ReadPool::next_queue() {
  const bool history_may = !history_.empty() && history_running_ < history_running_max_;
  if (history_may && (live_.empty() || passed_over_ >= kHistoryTurn)) return &history_;
  return live_.empty() ? nullptr : &live_;
}

void ReadPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    Jobs* queue = next_queue();
    if (queue == nullptr) {
      if (stopping_ && history_.empty()) return;
      ready_.wait(lock);
      continue;
    }
    const bool is_history = queue == &history_;
    passed_over_ = is_history || history_.empty() ? 0 : passed_over_ + 1;
    history_running_ += is_history ? 1 : 0;
    std::function<void()> job = std::move(queue->front());
    queue->pop_front();
    lock.unlock();
    const std::uint64_t began_us = steady_us();
    job();
    (is_history ? history_times_ : live_times_).add(steady_us() - began_us);
    job = nullptr;  // frees what the job holds before the lock is taken
    lock.lock();
    if (!is_history) continue;
    --history_running_;
    // Wakes a thread that waits because too many history jobs ran, or for the last one at shutdown.
    ready_.notify_all();
  }
}

}  // namespace courtside
