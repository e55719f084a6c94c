// The recent commits in memory: what serves the usual resume without touching the disk.
//
// Bounded in bytes; the oldest batches go first, but the newest always stays. Threads: any; batches
// are added by one, in offset order.
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

  // REQUIRES: batch->range.begin is range().end, unless the tail is empty. Batches without events
  // are left out.
  void add(const SharedBatch& batch);

  // The offsets held; empty when nothing is. Its end is where the last commit with events ended.
  OffsetRange range() const;

  // What the batches hold in memory.
  std::size_t size_bytes() const;

  // The batch that holds this offset; null when none does.
  SharedBatch at(Offset offset) const;

  // The batches that hold any of `wanted`, oldest first, at most `batches_max`.
  // Empty when the tail does not reach back to wanted.begin.
  std::vector<SharedBatch> find(OffsetRange wanted, std::size_t batches_max) const;

 private:
  using Batches = std::deque<SharedBatch>;

  // The first batch that ends after `offset`; the end when none does. REQUIRES: the lock is held.
  Batches::const_iterator reach(Offset offset) const;

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Batches batches_;  // without holes: each begins where the one before ends
  std::size_t bytes_ = 0;
};

}  // namespace courtside
