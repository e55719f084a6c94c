// A bounded queue from many threads to one: the only way in which values travel between threads.
//
// A sender posts; the owner is woken once per burst and takes everything that waits. Values must be
// owned or immutable. When the mailbox is full, try_post returns false and leaves the value with
// the sender.
//
// Threads: any thread posts; only the owner's thread takes and closes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace courtside {

template <typename T>
class Mailbox {
 public:
  // `wake` notifies the owner. It runs on the sender's thread, without the lock, and only when the
  // mailbox was empty before. It must be cheap and must not fail.
  Mailbox(std::size_t items_max, std::function<void()> wake)
      : items_max_(items_max), wake_(std::move(wake)) {}

  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Returns false and leaves `value` unchanged when items_max values wait or the mailbox is closed.
  [[nodiscard]] bool try_post(T& value) { return put(value, /*bounded=*/true); }

  // Ignores the bound: for values that must arrive and whose number is bounded elsewhere (a commit
  // for each batch, an answer for each request). The value is dropped when the mailbox is closed.
  void post(T value) { static_cast<void>(put(value, /*bounded=*/false)); }

  // Waits until there is room: for a sender that must not run ahead of the owner. close() ends the
  // wait. The value is dropped when the mailbox is closed.
  void post_when_room(T value) {
    bool was_empty = false;
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return closed_ || items_.size() < items_max_; });
      if (closed_) return;
      was_empty = items_.empty();
      items_.push_back(std::move(value));
    }
    if (was_empty) wake_();
  }

  // Replaces the contents of `out` with everything that waits.
  void take_all(std::vector<T>& out) {
    out.clear();
    {
      const std::lock_guard lock(mutex_);
      out.swap(items_);
    }
    room_.notify_all();
  }

  // Nothing is accepted after this. What waits can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  bool put(T& value, bool bounded) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || (bounded && items_.size() >= items_max_)) return false;
      was_empty = items_.empty();
      items_.push_back(std::move(value));
    }
    if (was_empty) wake_();
    return true;
  }

  const std::size_t items_max_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::vector<T> items_;
  bool closed_ = false;
};

}  // namespace courtside
