#include "replay/tail.h"

#include <algorithm>

#include "base/check.h"

namespace courtside {

void Tail::add(const SharedBatch& batch) {
  if (batch->range.empty()) return;
  // Evicted batches are freed after the lock is released: readers must not wait for free().
  std::vector<SharedBatch> evicted;
  const std::lock_guard lock(mutex_);
  COURTSIDE_CHECK(batches_.empty() || batch->range.begin == batches_.back()->range.end);
  batches_.push_back(batch);
  bytes_ += batch->size_bytes();
  while (bytes_ > bytes_max_ && batches_.size() > 1) {
    bytes_ -= batches_.front()->size_bytes();
    evicted.push_back(std::move(batches_.front()));
    batches_.pop_front();
  }
}

OffsetRange Tail::range() const {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) return {};
  return {batches_.front()->range.begin, batches_.back()->range.end};
}

std::size_t Tail::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

SharedBatch Tail::at(Offset offset) const {
  const std::lock_guard lock(mutex_);
  const auto found = reach(offset);
  if (found == batches_.end() || !(*found)->range.contains(offset)) return nullptr;
  return *found;
}

std::vector<SharedBatch> Tail::find(OffsetRange wanted, std::size_t batches_max) const {
  std::vector<SharedBatch> found;
  const std::lock_guard lock(mutex_);
  auto batch = reach(wanted.begin);
  if (batch == batches_.end() || !(*batch)->range.contains(wanted.begin)) return found;
  for (; batch != batches_.end() && found.size() < batches_max; ++batch) {
    if ((*batch)->range.begin >= wanted.end) break;
    found.push_back(*batch);
  }
  return found;
}

Tail::Batches::const_iterator Tail::reach(Offset offset) const {
  return std::partition_point(batches_.begin(), batches_.end(), [offset](const SharedBatch& batch) {
    return batch->range.end <= offset;
  });
}

}  // namespace courtside
