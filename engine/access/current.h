// The present version of something that is made anew now and then while others read it. A reader
// keeps what it got for as long as it likes.
//
// A mutex about a pointer, not std::atomic<std::shared_ptr>: libstdc++ 12 makes that of a spin lock
// that ThreadSanitizer cannot follow. Threads: any.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace courtside {

template <typename T>
class Current {
 public:
  // REQUIRES: not null, here and below.
  explicit Current(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    const std::lock_guard<std::mutex> lock(mutex_);
    value_.swap(value);  // the old one goes after the lock does
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace courtside
