// Returns the records of a window that may match a filter, in order, each fetched in the cheapest
// way:
//
//   no useful postings            every record, in sequence
//   postings, matches far apart   each record by its offset
//   postings, matches close by    the records in sequence, skipping others
//
// Fetching a record by its offset costs as much as ten or more in sequence, because a whole block
// of the log is found and decompressed for it. The distance is estimated for each group of
// postings, so a channel that is busy in one hour and quiet in the next is read well in both.
//
// Threads: one reader's; it blocks. It holds resources of the log: use it and destroy it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "eventlog/log_reader.h"
#include "replay/matcher.h"
#include "replay/sequence.h"
#include "replay/tail.h"

namespace courtside {

class CandidateScan {
 public:
  // REQUIRES: the log, the tail and the matcher outlive it.
  CandidateScan(const LogReader& log, const Tail& tail, const Matcher& matcher, OffsetRange window,
                Direction direction);

  // The next record that may match; empty at the end. When no fetched record is left, up to
  // `ahead_max` are fetched at once: pass the number that can be used. REQUIRES: ahead_max > 0.
  Result<std::optional<Record>> next(std::size_t ahead_max);

  // Whether next() can return a record that is already fetched.
  bool waits() const { return taken_ < records_.size(); }

  // The number of records fetched so far, skipped ones included.
  std::uint64_t fetched() const { return fetched_ + sequence_.fetched(); }

 private:
  Result<void> plan();
  // Takes the next offsets from the postings, and fetches their records if they are far apart.
  // False at the end.
  Result<bool> take_group(std::size_t ahead_max);
  bool is_close_by() const;
  Result<void> fetch_group();

  const LogReader& log_;
  const Tail& tail_;
  const Matcher& matcher_;
  const OffsetRange window_;
  const Direction direction_;
  bool is_planned_ = false;
  std::unique_ptr<OffsetScan> postings_;  // null: every record in sequence
  Sequence sequence_;
  std::vector<Offset> group_;    // offsets from the postings, to be read in sequence
  std::vector<Record> records_;  // records fetched by offset; one of the two lists is empty
  std::size_t taken_ = 0;        // in either list
  std::uint64_t fetched_ = 0;    // by offset
};

}  // namespace courtside
