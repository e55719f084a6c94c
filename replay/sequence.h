// Reads the log's records in sequence and jumps over long unwanted stretches.
//
// Threads: one reader's; it blocks. It holds resources of the log: use it and destroy it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "eventlog/log_reader.h"

namespace courtside {

class Sequence {
 public:
  // REQUIRES: `log` outlives it. Nothing is opened before the first read.
  Sequence(const LogReader& log, OffsetRange window, Direction direction)
      : log_(log), window_(window), direction_(direction) {}

  // The next record of the window; empty at its end.
  Result<std::optional<Record>> next();

  // The record at `wanted`, skipping those before it; empty when it was dropped. REQUIRES: `wanted`
  // is within the window and beyond every record read before.
  Result<std::optional<Record>> next_at(Offset wanted);

  // Records fetched so far, skipped ones included.
  std::uint64_t fetched() const { return fetched_; }

 private:
  bool is_before(Offset a, Offset b) const;
  bool is_far(Offset wanted) const;
  void open_at(Offset first);

  const LogReader& log_;
  const OffsetRange window_;
  const Direction direction_;
  std::unique_ptr<RecordScan> scan_;
  std::optional<Record> ahead_;  // read while looking for a record that was dropped
  Offset reached_;               // the last one that was read
  std::uint64_t fetched_ = 0;
};

}  // namespace courtside
