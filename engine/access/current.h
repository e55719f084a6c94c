// The current version of an immutable value that one thread replaces while others read it. A reader
// may keep the version that it got.
//
// It uses a mutex, not std::atomic<std::shared_ptr>: libstdc++ 12 implements that with a spin lock
// that ThreadSanitizer does not understand. Threads: any.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace courtside {

template <typename T>
class Current {
 public:
  // REQUIRES: value is not null (also in set()).
  explicit Current(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_.swap(value);  // the old version is freed after the lock is released
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace courtside
