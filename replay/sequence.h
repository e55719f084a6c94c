// The log's records one after the other, with long jumps where nobody wants what lies between.
//
// Threads: one reader's; it blocks. It holds resources of the log: use it and drop it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "eventlog/log_reader.h"

namespace courtside {

class Sequence {
 public:
  // `log` outlives it. Nothing is opened before the first record is asked for.
  Sequence(const LogReader& log, OffsetRange window, Direction direction)
      : log_(log), window_(window), direction_(direction) {}

  // The next record of the window; empty at its end.
  Result<std::optional<Record>> next();

  // The record at `wanted`; empty when the log does not hold it. What lies before it is passed
  // over. REQUIRES: within the window, and further on than whatever was asked for before.
  Result<std::optional<Record>> next_at(Offset wanted);

  // Records fetched so far, those passed over included.
  std::uint64_t fetched() const { return fetched_; }

 private:
  bool is_before(Offset a, Offset b) const;
  bool is_far(Offset wanted) const;
  void open_at(Offset first);

  const LogReader& log_;
  const OffsetRange window_;
  const Direction direction_;
  std::unique_ptr<RecordScan> scan_;
  std::optional<Record> ahead_;  // read on the way to something that was not there
  Offset reached_;               // the last that was read
  std::uint64_t fetched_ = 0;
};

}  // namespace courtside
