// Finds committed rows at or before a source's position that were never read, because they were
// copied or restored with an old number. Each is written to the table of rejected rows, where
// operators see it and which protects it from deletion.
//
// A missing id proves that a row was never read only while the log has every event that it ever
// had: then the reason is kSkippedReason. After retention removed events, the row's event may be
// among them: then the reason is kUncertainReason.
//
// The source lists candidates; the log knows the ids that were read. Each call checks one piece of
// the table:
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
  // All references must outlive it.
  SkippedRows(const OutboxSettings& settings, OutboxSource& source, const SourceState& state)
      : settings_(settings), source_(source), state_(state) {}

  // Begins a new check after an earlier one with this mark; see OutboxSource::passed.
  void begin(std::string checked);

  // Checks one piece, up to `place`. `is_held(place)`: whether that row was read and waits. Returns
  // the number of skipped rows found.
  Result<std::size_t> look(const std::string& place,
                           const std::function<bool(const std::string&)>& is_held);

  // Rows written before this mark were read or are in the table of rejected rows.
  const std::string& checked() const { return checked_; }

  // Whether a check has begun and is incomplete.
  bool is_looking() const { return !from_.empty(); }

 private:
  Result<bool> was_read(const OutboxRow& row) const;

  const OutboxSettings& settings_;
  OutboxSource& source_;
  const SourceState& state_;
  std::string checked_;
  std::string from_;  // continue from here; empty: begin
  std::string mark_;  // of this check's first piece
};

}  // namespace courtside
