// Reads one bounded page of matching events: from the tail where it reaches back far enough, else
// from the log through the narrowest index.
//
// Threads: any. The tail part (read_tail) never blocks and may run on a loop; read() may block.
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
  OffsetRange window;  // where to look
  Direction direction = Direction::kAscending;
  std::size_t events_max = 256;        // at least 1
  std::size_t bytes_max = 64 * 1024;   // of records; the first event of a page always fits
  std::uint64_t scanned_max = 20'000;  // at least 1; records fetched before the page ends early
};

struct Page {
  std::vector<Record> records;  // matching, in the asked direction
  // What was looked at: every matching event in here is among `records`, and nothing else is.
  // Within the window; the next page begins at covered.end (ascending), or ends at covered.begin
  // (descending).
  //
  // Ascending: covered.begin is window.begin, unless retention had taken the beginning by the time
  // the read was over; then it is the first offset still held at that moment (window.end when none
  // is), and what lies before can no longer be had. covered.end is window.end when the page is
  // complete.
  //
  // Descending: covered.end is window.end, and covered.begin is window.begin when the page is
  // complete. What retention took is passed over and counts as covered.
  OffsetRange covered;
  std::uint64_t scanned = 0;  // records fetched, whether they match or not
  std::uint64_t reached = 0;  // those of them that have one of the filter's channels
};

class PageReader {
 public:
  // Both outlive it.
  PageReader(const LogReader& log, const Tail& tail) : log_(log), tail_(tail) {}

  // A page that is not complete has covered at least one offset, or retention took all of the
  // window: a caller that goes on from where it ended always comes to an end.
  // REQUIRES: window within log.held() when the caller looked; retention may have come since.
  Result<Page> read(const Filter& filter, const PageRequest& request) const;

  // The same without blocking, ascending only; empty when the tail does not hold all of the window,
  // or more than `batches_max` batches would have to be looked through. The tail may still hold
  // what retention took: then it is served.
  std::optional<Page> read_tail(const Filter& filter, const PageRequest& request,
                                std::size_t batches_max) const;

  // The part of the window whose recorded times the filter asks for.
  Result<OffsetRange> narrow_by_time(const Filter& filter, OffsetRange window) const;

  // The offset after which exactly `count` matching events stand, counted back from window.end, or
  // window.begin - 1 when there are fewer. It costs what must be looked at to know, without a bound
  // but the window: not for a loop.
  Result<Offset> after_last(const Filter& filter, OffsetRange window, std::size_t count) const;

  // Records read so far, over all pages: the price of resuming.
  std::uint64_t records_read() const { return records_read_.load(std::memory_order_relaxed); }

 private:
  Result<Page> read_log(const Filter& filter, const PageRequest& request) const;

  const LogReader& log_;
  const Tail& tail_;
  mutable std::atomic<std::uint64_t> records_read_{0};
};

}  // namespace courtside
