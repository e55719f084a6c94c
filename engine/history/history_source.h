// An answer as long as the log, made part by part: read, rendered and compressed. Nothing of the
// log is held from one part to the next, only the offset at which the next one begins.
//
//   HistorySource source(log, pages, projections, request);
//   for (;;) { auto part = source.read(); send(part->bytes); if (part->is_last) break; }
//
// The window is fixed by the first read: what is appended later is not in it. Where retention takes
// what is still to be read, read() fails with position_expired: nothing is ever left out. But one
// that goes back, to no beginning that was named, ends where the log begins by then.
//
// Threads: one at a time; read() blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/compress.h"
#include "base/result.h"
#include "engine/history/history.h"
#include "engine/routing/router.h"
#include "eventlog/log_reader.h"
#include "replay/page_reader.h"

namespace courtside {

enum class HistoryForm : std::uint8_t { kNdjson, kCsv };

struct HistoryPart {
  std::string bytes;  // may be empty: nothing matched
  std::uint64_t events = 0;
  bool is_last = false;
};

class HistorySource {
 public:
  struct Request {
    HistoryQuery query;
    HistoryForm form = HistoryForm::kNdjson;
    Coding coding = Coding::kIdentity;
    std::vector<std::string> lifts;  // ReadGrant::lifts
    OffsetRange held;                // of the log, what may be looked at
    std::size_t scanned_max = 20'000;
  };

  // All outlive it.
  HistorySource(const LogReader& log, const PageReader& pages, const Projections& projections,
                Request request);

  // The next part. Errors are final. REQUIRES: the last one has not been read.
  Result<HistoryPart> read();

  // What is asked for: the events behind `after`, up to and with `through`. After the first read;
  // `after` moves with the log's beginning where an answer that goes back ends there.
  const Filter& filter() const { return request_.query.filter; }
  std::string after() const { return format_position(log_.epoch(), previous(window_.begin)); }
  std::string through() const { return format_position(log_.epoch(), previous(window_.end)); }

 private:
  // Of one read. A connection's queue and one of these are all that a slow reader costs. A loop
  // copies it into the kernel in one go while others wait
  // (docs/decisions/0010-history-behind-live.md).
  static constexpr std::size_t kPartEvents = 1024;
  static constexpr std::size_t kPartBytes = 64 * 1024;

  Result<void> open();
  Result<Page> read_page();
  Result<void> check_held(Page& page);
  void advance(const Page& page);
  std::string render(const Page& page) const;

  const LogReader& log_;
  const PageReader& pages_;
  const Projections& projections_;
  const Request request_;
  Compressor compressor_;
  bool opened_ = false;
  bool begun_ = false;  // a part was read
  OffsetRange window_;
  OffsetRange rest_;  // of the window, what is still to be read
  std::uint64_t events_left_;
};

}  // namespace courtside
