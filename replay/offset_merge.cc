#include "replay/offset_merge.h"

#include <algorithm>
#include <utility>

namespace courtside {

OffsetMerge::OffsetMerge(std::vector<std::unique_ptr<OffsetScan>> scans, Direction direction)
    : scans_(std::move(scans)), direction_(direction) {}

Result<std::optional<Offset>> OffsetMerge::next() {
  if (scans_.size() == 1) return scans_[0]->next();
  if (!started_) {
    if (Result<void> started = start(); !started) return fail(started.error());
  }
  const auto later = [this](const Head& a, const Head& b) { return comes_later(a, b); };
  while (!heads_.empty()) {
    std::pop_heap(heads_.begin(), heads_.end(), later);
    const Head head = heads_.back();
    heads_.pop_back();
    if (Result<void> pushed = push_head(head.scan); !pushed) return fail(pushed.error());
    // An event that reaches several of the channels is in the postings of each.
    if (last_ == head.offset) continue;
    last_ = head.offset;
    return last_;
  }
  return std::nullopt;
}

Result<void> OffsetMerge::start() {
  started_ = true;
  heads_.reserve(scans_.size());
  for (std::size_t scan = 0; scan < scans_.size(); ++scan) {
    if (Result<void> pushed = push_head(scan); !pushed) return pushed;
  }
  return {};
}

Result<void> OffsetMerge::push_head(std::size_t scan) {
  const Result<std::optional<Offset>> offset = scans_[scan]->next();
  if (!offset) return fail(offset.error());
  if (!*offset) {
    scans_[scan].reset();  // frees its resources early
    return {};
  }
  heads_.push_back({**offset, scan});
  std::push_heap(heads_.begin(), heads_.end(),
                 [this](const Head& a, const Head& b) { return comes_later(a, b); });
  return {};
}

bool OffsetMerge::comes_later(const Head& a, const Head& b) const {
  return direction_ == Direction::kAscending ? a.offset > b.offset : a.offset < b.offset;
}

}  // namespace courtside
