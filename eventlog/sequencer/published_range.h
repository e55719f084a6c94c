// The retained range, written by one thread and readable on any.
#pragma once

#include <atomic>
#include <cstdint>

#include "schema/position.h"

namespace courtside {

class PublishedRange {
 public:
  // The end is stored first and loaded last, so a reader never sees a begin beyond the end.
  void publish(OffsetRange range) {
    end_.store(range.end.value(), std::memory_order_release);
    begin_.store(range.begin.value(), std::memory_order_release);
  }
  OffsetRange get() const {
    const Offset begin(begin_.load(std::memory_order_acquire));
    return {begin, Offset(end_.load(std::memory_order_acquire))};
  }

 private:
  std::atomic<std::uint64_t> begin_{1};
  std::atomic<std::uint64_t> end_{1};
};

}  // namespace courtside
