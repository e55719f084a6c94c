// Reads one bounded page of matching events: from the tail if it reaches back far enough, otherwise
// from the log through the best index.
//
// Threads: any. read_tail() never blocks and may run on a loop; the others may block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "eventlog/log_reader.h"
#include "replay/filter.h"
#include "replay/tail.h"

namespace courtside {

struct PageRequest {
  OffsetRange window;  // where to search
  Direction direction = Direction::kAscending;
  std::size_t events_max = 256;        // at least 1
  std::size_t bytes_max = 64 * 1024;   // of records; the first event always fits
  std::uint64_t scanned_max = 20'000;  // at least 1; records fetched before the page ends early
};

struct Page {
  std::vector<Record> records;  // matching, in the requested direction
  // The offsets that were searched: every matching event in here is in `records`, and no other. It
  // is within the window. The next page begins at covered.end (ascending) or ends at covered.begin
  // (descending).
  //
  // Ascending: covered.begin is window.begin, unless retention had dropped offsets after it by the
  // end of the read. Then it is the first offset still retained at that moment (window.end if none
  // is), and everything before it is lost. covered.end is window.end when the page is complete.
  //
  // Descending: covered.end is window.end, and covered.begin is window.begin when the page is
  // complete. Dropped offsets count as covered.
  OffsetRange covered;
  std::uint64_t scanned = 0;  // records fetched, matching or not
  std::uint64_t reached = 0;  // those of them that reach one of the filter's channels
};

class PageReader {
 public:
  // REQUIRES: both outlive it.
  PageReader(const LogReader& log, const Tail& tail) : log_(log), tail_(tail) {}

  // An incomplete page covers at least one offset, or retention dropped the whole window: so a
  // caller that continues where the page ended always reaches the end. REQUIRES: the window was
  // within log.held() when the caller looked; retention may have run since.
  Result<Page> read(const Filter& filter, const PageRequest& request) const;

  // The same without blocking, ascending only. Empty when the tail does not hold the whole window,
  // or more than `batches_max` batches would have to be searched. It may still return events that
  // retention dropped.
  std::optional<Page> read_tail(const Filter& filter, const PageRequest& request,
                                std::size_t batches_max) const;

  // The part of the window with the recorded times that the filter wants.
  Result<OffsetRange> narrow_by_time(const Filter& filter, OffsetRange window) const;

  // The offset after which exactly `count` matching events follow up to window.end, or window.begin
  // - 1 when there are fewer. Its cost is bounded only by the window: not for a loop.
  Result<Offset> after_last(const Filter& filter, OffsetRange window, std::size_t count) const;

  // Records read so far, over all pages: the cost of resuming.
  std::uint64_t records_read() const { return records_read_.load(std::memory_order_relaxed); }

 private:
  Result<Page> read_log(const Filter& filter, const PageRequest& request) const;

  const LogReader& log_;
  const Tail& tail_;
  mutable std::atomic<std::uint64_t> records_read_{0};
};

}  // namespace courtside
