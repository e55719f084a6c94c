// Finds committed rows that stand at or before a source's place and were never read: they were
// copied, or restored, with a number that had gone by. Each is put into the table of rejected rows,
// where people see it, and which keeps it from being deleted.
//
// A row whose id is not in the log was never read for certain only while the log holds every event
// that it ever had: then its reason is kSkippedReason. Once retention has dropped events, the row's
// own may be among them: then the reason is kUncertainReason.
//
// The source names rows that may be such; the log knows the ids of those that were read. One call
// looks at one piece of the table, so a whole look takes as many calls as the table has pieces.
//
//   look ... look (the last piece) -> checked() becomes the mark of the first piece
//
// Threads: its reader's.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.h"
#include "engine/config/outbox_settings.h"
#include "engine/outbox/outbox_source.h"
#include "eventlog/source_state.h"

namespace courtside {

class SkippedRows {
 public:
  // All of them outlive it.
  SkippedRows(const OutboxSettings& settings, OutboxSource& source, const SourceState& state)
      : settings_(settings), source_(source), state_(state) {}

  // Begins anew, after a look with this mark: see OutboxSource::passed.
  void begin(std::string checked);

  // One piece, up to `place`. `is_held`: whether the row at a place was read and waits. Answers how
  // many rows were found.
  Result<std::size_t> look(const std::string& place,
                           const std::function<bool(const std::string&)>& is_held);

  // Rows that were written before this mark were read, or are in the table of rejected ones.
  const std::string& checked() const { return checked_; }

  // Whether a look has begun and is not at its end.
  bool is_looking() const { return !from_.empty(); }

 private:
  Result<bool> was_read(const OutboxRow& row) const;

  const OutboxSettings& settings_;
  OutboxSource& source_;
  const SourceState& state_;
  std::string checked_;
  std::string from_;  // where this look goes on; empty: it begins
  std::string mark_;  // of its first piece
};

}  // namespace courtside
