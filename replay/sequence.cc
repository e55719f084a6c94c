#include "replay/sequence.h"

#include <utility>

namespace courtside {
namespace {

// Opening a new scan and filling its first block costs about as much as reading this many records.
constexpr std::uint64_t kJumpOffsets = 64;

}  // namespace

Result<std::optional<Record>> Sequence::next() {
  if (ahead_) return std::exchange(ahead_, std::nullopt);
  if (!scan_) scan_ = log_.scan(window_, direction_);
  Result<std::optional<Record>> record = scan_->next();
  if (record && *record) {
    ++fetched_;
    reached_ = (*record)->view().offset();
  }
  return record;
}

Result<std::optional<Record>> Sequence::next_at(Offset wanted) {
  if (!scan_ || is_far(wanted)) open_at(wanted);
  for (;;) {
    Result<std::optional<Record>> record = next();
    if (!record || !*record) return record;
    const Offset offset = (*record)->view().offset();
    if (offset == wanted) return record;
    if (is_before(wanted, offset)) {  // retention dropped it
      ahead_ = std::move(*record);
      return std::optional<Record>();
    }
  }
}

bool Sequence::is_before(Offset a, Offset b) const {
  return direction_ == Direction::kAscending ? a < b : a > b;
}

bool Sequence::is_far(Offset wanted) const {
  if (!is_before(reached_, wanted)) return false;
  const std::uint64_t between = direction_ == Direction::kAscending
                                    ? wanted.value() - reached_.value()
                                    : reached_.value() - wanted.value();
  return between > kJumpOffsets;
}

void Sequence::open_at(Offset first) {
  const OffsetRange rest = direction_ == Direction::kAscending
                               ? OffsetRange{first, window_.end}
                               : OffsetRange{window_.begin, courtside::next(first)};
  ahead_.reset();
  scan_ = log_.scan(rest, direction_);
  reached_ = direction_ == Direction::kAscending ? previous(first) : courtside::next(first);
}

}  // namespace courtside
