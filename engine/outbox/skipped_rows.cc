#include "engine/outbox/skipped_rows.h"

#include <utility>
#include <vector>

#include "base/hash.h"

namespace courtside {

void SkippedRows::begin(std::string checked) {
  checked_ = std::move(checked);
  from_.clear();
  mark_.clear();
}

Result<std::size_t> SkippedRows::look(const std::string& place,
                                      const std::function<bool(const std::string&)>& is_held) {
  Result<SkippedPage> page = source_.passed(from_, place, checked_);
  if (!page) return fail(page.error());
  if (from_.empty()) mark_ = page->mark;
  std::vector<Rejection> skipped;
  for (OutboxRow& row : page->rows) {
    const Result<bool> read = was_read(row);
    if (!read) return fail(read.error());
    if (*read || is_held(row.place)) continue;
    // Ask after was_read(), because retention may remove the row's event between the two calls.
    const std::string_view reason = state_.holds_every_event() ? kSkippedReason : kUncertainReason;
    skipped.push_back({.row = std::move(row), .reason = std::string(reason)});
  }
  if (!skipped.empty()) {
    if (const Result<void> told = source_.reject(skipped); !told) return fail(told.error());
  }
  from_ = page->is_last ? "" : page->end;
  if (page->is_last && !mark_.empty()) checked_ = mark_;
  return skipped.size();
}

Result<bool> SkippedRows::was_read(const OutboxRow& row) const {
  if (row.event_id.empty()) return false;
  // The id_key of IdScope::kSource, which is the key of outbox events in the log.
  return state_.has_event(hash128(settings_.event_source, row.event_id));
}

}  // namespace courtside
