// The recent commits in memory: most resumes are served from here without the disk.
//
// Bounded in bytes; the oldest batches are evicted first, but the newest always stays. Threads:
// any; one thread adds batches, in offset order.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "eventlog/batch.h"

namespace courtside {

class Tail {
 public:
  explicit Tail(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Batches without events are ignored. REQUIRES: batch->range.begin is range().end, unless the
  // tail is empty.
  void add(const SharedBatch& batch);

  // The offsets in the tail; empty when there are none. The end is the end of the last commit with
  // events.
  OffsetRange range() const;

  // The memory of the batches in bytes.
  std::size_t size_bytes() const;

  // The batch with this offset; null when there is none.
  SharedBatch at(Offset offset) const;

  // The batches with any offset of `wanted`, oldest first, at most `batches_max`. Empty when the
  // tail does not reach back to wanted.begin.
  std::vector<SharedBatch> find(OffsetRange wanted, std::size_t batches_max) const;

 private:
  using Batches = std::deque<SharedBatch>;

  // The first batch that ends after `offset`, or the end. REQUIRES: the caller holds the lock.
  Batches::const_iterator reach(Offset offset) const;

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Batches batches_;  // without holes: each begins where the previous one ends
  std::size_t bytes_ = 0;
};

}  // namespace courtside
