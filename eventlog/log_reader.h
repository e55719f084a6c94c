// How the log is read back. The RocksDB log implements it, and a plain vector in simulations.
//
// Threads: any; every call may block on the disk, so none is made on a loop.
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

// The part of `range` that lies within `limits`.
inline OffsetRange within(OffsetRange range, OffsetRange limits) {
  const Offset begin = std::max(range.begin, limits.begin);
  return {begin, std::max(begin, std::min(range.end, limits.end))};
}

// Walks offsets in one direction, from the log or from one term's postings. It holds resources of
// the database: use it and drop it, never keep it over a pause.
class OffsetScan {
 public:
  virtual ~OffsetScan() = default;
  // The next offset, or empty at the end. An error ends the scan.
  virtual Result<std::optional<Offset>> next() = 0;
};

// Walks records in one direction.
class RecordScan {
 public:
  virtual ~RecordScan() = default;
  // The next record, or empty at the end.
  virtual Result<std::optional<Record>> next() = 0;
};

struct SubjectState {
  std::uint64_t version = 0;  // 0: never existed
  Offset first;               // of version 1; may no longer be held
  Offset last;
};

class LogReader {
 public:
  virtual ~LogReader() = default;

  virtual const std::string& epoch() const = 0;

  // The offsets that can be read: durable, and not yet dropped.
  virtual OffsetRange held() const = 0;

  // The records at these offsets, in their order; those that are not held are left out.
  virtual Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const = 0;

  // Ascending from range.begin, or descending from range.end - 1, within `range`.
  virtual std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const = 0;

  // The offsets within `range` whose events carry `term`, in that direction.
  virtual std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                               Direction direction) const = 0;

  // From here on every event's attribute terms are in the postings (term.h): a log that an older
  // version began, or went on with, may lack some before.
  virtual Offset attributes_from() const { return Offset(1); }

  // The first held offset whose recorded time is at or after `time`; held().end when none is.
  virtual Result<Offset> first_at_or_after(Timestamp time) const = 0;

  virtual Result<SubjectState> subject(std::string_view subject) const = 0;
};

}  // namespace courtside
