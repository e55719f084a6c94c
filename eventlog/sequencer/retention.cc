#include "eventlog/sequencer/retention.h"

#include <algorithm>

namespace courtside {
namespace {

// Reads single records by offset, within the range that was retained when the check began. It runs
// on the thread that drops, so nothing is dropped meanwhile.
class Ledger {
 public:
  explicit Ledger(const LogReader& log) : log_(log), held_(log.held()) {}

  OffsetRange held() const { return held_; }

  // The total size of all records before `offset`. REQUIRES: `offset` is retained, or is held().end
  // of a log with events.
  Result<std::uint64_t> bytes_before(Offset offset) const {
    const bool end = offset == held_.end;
    auto records = log_.read({end ? previous(offset) : offset});
    if (!records) return fail(records.error());
    if (records->empty()) return fail(Code::internal, "retention: a retained record is missing");
    const RecordView record = records->front().view();
    return end ? record.bytes_through() : record.bytes_before();
  }

  // The first offset of `range` with more than `bytes` before it; range.end when there is none.
  Result<Offset> first_with_more_before(std::uint64_t bytes, OffsetRange range) const {
    while (!range.empty()) {
      const Offset middle(range.begin.value() + range.count() / 2);
      auto before = bytes_before(middle);
      if (!before) return fail(before.error());
      *before > bytes ? range.end = middle : range.begin = next(middle);
    }
    return range.begin;
  }

 private:
  const LogReader& log_;
  const OffsetRange held_;
};

// The smallest offset from which all records fit into `bytes`, or the newest offset.
Result<Offset> begin_by_bytes(const Ledger& ledger, std::uint64_t bytes) {
  const OffsetRange held = ledger.held();
  auto begin = ledger.bytes_before(held.begin);
  if (!begin) return fail(begin.error());
  auto end = ledger.bytes_before(held.end);
  if (!end) return fail(end.error());
  if (*end - *begin <= bytes) return held.begin;
  // At least *end - bytes must be before the offset.
  return ledger.first_with_more_before(*end - bytes - 1, {held.begin, previous(held.end)});
}

Result<Offset> begin_by_age(const LogReader& log, std::uint64_t age_s, Timestamp now) {
  constexpr std::uint64_t kAgeMax = std::uint64_t{1} << 40;  // seconds; more would overflow below
  const auto age_us = static_cast<std::int64_t>(std::min(age_s, kAgeMax)) * 1'000'000;
  const Timestamp oldest(now.value() - age_us);
  const OffsetRange held = log.held();
  auto records = log.read({held.begin});
  if (!records) return fail(records.error());
  if (!records->empty() && records->front()->recorded() >= oldest) return held.begin;
  return log.first_at_or_after(oldest);
}

Result<std::vector<Offset>> steps(const Ledger& ledger, Offset target) {
  std::vector<Offset> drops;
  Offset from = ledger.held().begin;
  while (from < target) {
    auto before = ledger.bytes_before(from);
    if (!before) return fail(before.error());
    auto too_far =
        ledger.first_with_more_before(*before + kDropBytesMax, {next(next(from)), next(target)});
    if (!too_far) return fail(too_far.error());
    from = previous(*too_far);
    drops.push_back(from);
  }
  return drops;
}

}  // namespace

Result<std::vector<Offset>> due_drops(const LogReader& log, const RetentionLimits& limits,
                                      Timestamp now) {
  const Ledger ledger(log);
  if (ledger.held().empty()) return std::vector<Offset>();
  Offset target = ledger.held().begin;
  if (limits.bytes > 0) {
    auto begin = begin_by_bytes(ledger, limits.bytes);
    if (!begin) return fail(begin.error());
    target = std::max(target, *begin);
  }
  if (limits.age_s > 0) {
    auto begin = begin_by_age(log, limits.age_s, now);
    if (!begin) return fail(begin.error());
    target = std::max(target, *begin);
  }
  return steps(ledger, target);
}

}  // namespace courtside
