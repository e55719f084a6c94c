// Reads from the log. EventLog implements it on RocksDB, MemoryLog in memory.
//
// Threads: any; calls may block on the disk, so never call it on a loop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/batch.h"
#include "schema/position.h"

namespace courtside {

enum class Direction : std::uint8_t { kAscending, kDescending };

// The part of `range` within `limits`.
inline OffsetRange within(OffsetRange range, OffsetRange limits) {
  const Offset begin = std::max(range.begin, limits.begin);
  return {begin, std::max(begin, std::min(range.end, limits.end))};
}

// Walks offsets in one direction, from the log or from one term's postings. It holds database
// resources: use it and destroy it; do not keep it across a pause.
class OffsetScan {
 public:
  virtual ~OffsetScan() = default;
  // The next offset; empty at the end. An error ends the scan.
  virtual Result<std::optional<Offset>> next() = 0;
};

// Walks records in one direction.
class RecordScan {
 public:
  virtual ~RecordScan() = default;
  // The next record; empty at the end.
  virtual Result<std::optional<Record>> next() = 0;
};

struct SubjectState {
  std::uint64_t version = 0;  // 0: the subject never existed
  Offset first;               // of version 1; may have been dropped
  Offset last;
};

class LogReader {
 public:
  virtual ~LogReader() = default;

  virtual const std::string& epoch() const = 0;

  // The retained range: offsets that are durable and not dropped.
  virtual OffsetRange held() const = 0;

  // The records at these offsets, in their order; those outside the retained range are left out.
  virtual Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const = 0;

  // Ascending from range.begin, or descending from range.end - 1.
  virtual std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const = 0;

  // The offsets within `range` whose events carry `term`, in the given direction.
  virtual std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                               Direction direction) const = 0;

  // From this offset on, the postings have every event's attribute terms (term.h). Before it some
  // may be missing, because an older version wrote them.
  virtual Offset attributes_from() const { return Offset(1); }

  // The first retained offset whose recorded time is at or after `time`; held().end when there is
  // none.
  virtual Result<Offset> first_at_or_after(Timestamp time) const = 0;

  virtual Result<SubjectState> subject(std::string_view subject) const = 0;
};

}  // namespace courtside
