#include "engine/server/read_pool.h"

#include <algorithm>
#include <utility>

namespace courtside {

ReadPool::ReadPool(std::size_t threads)
    : history_running_max_(std::max<std::size_t>(threads, 2) - 1) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ReadPool::~ReadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReadPool::submit(std::function<void()> job, ReadClass of) {
  {
    const std::lock_guard lock(mutex_);
    (of == ReadClass::kLive ? live_ : history_).push_back(std::move(job));
  }
  ready_.notify_one();
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
    job();
    job = nullptr;  // what it holds goes before the lock is taken again
    lock.lock();
    if (!is_history) continue;
    --history_running_;
    // Whoever waits because as many of them ran as may; or, at the end, for the last of them.
    ready_.notify_all();
  }
}

}  // namespace courtside
