// Makes a history response of unbounded length part by part: reads, renders and compresses. Between
// two parts it keeps only the offset of the next one.
//
//   HistorySource source(log, pages, projections, request);
//   for (;;) { auto part = source.read(); send(part->bytes); if (part->is_last) break; }
//
// The first read fixes the window; events appended later are not in it. When retention removes
// events that are still to be read, read() fails with position_expired, so no event is skipped
// silently. Exception: a backward read without `after` ends where the log begins now.
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
    std::vector<std::string> unmasked_permissions;  // ReadGrant::unmasked_permissions
    OffsetRange held;                               // the range of the log that may be read
    std::size_t scanned_max = 20'000;
  };

  // All references must outlive it.
  HistorySource(const LogReader& log, const PageReader& pages, const Projections& projections,
                Request request);

  // The next part. Errors are final. REQUIRES: the last part was not read yet.
  Result<HistoryPart> read();

  // The requested range: events after `after`, up to and including `through`. Valid after the first
  // read. In a backward read `after` moves when retention moves the log's beginning.
  const Filter& filter() const { return request_.query.filter; }
  std::string after() const { return format_position(log_.epoch(), previous(window_.begin)); }
  std::string through() const { return format_position(log_.epoch(), previous(window_.end)); }

 private:
  // Bounds of one part. A slow reader costs one part and its connection's queue. The loop copies a
  // part into the kernel in one go, so parts are small
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
  bool begun_ = false;  // the first part was read
  OffsetRange window_;
  OffsetRange rest_;  // what is left to read of the window
  std::uint64_t events_left_;
};

}  // namespace courtside
