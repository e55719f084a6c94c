// The log as an outbox reader uses it. Threads: any.
#pragma once

#include <vector>

#include "base/result.h"
#include "eventlog/source_state.h"
#include "schema/cloudevent.h"
#include "schema/command.h"

namespace courtside {

class OutboxLog {
 public:
  virtual ~OutboxLog() = default;

  // Adds the event's channels; invalid_event when there are too many.
  virtual Result<NewEvent> address(IncomingEvent event) = 0;

  // Waits until the events and the step are synced in the log, however long its disk is full.
  // Errors: version_conflict (the source position in the log differs, so another reader was
  // active), data_corrupt (the log is damaged where it would look for these events), storage_full
  // and storage_read_only (the server stops), all without anything written; and draining (the log
  // accepts no appends; whether this one was written is unknown).
  virtual Result<std::vector<Appended>> append(std::vector<NewEvent> events, SourceStep step) = 0;

  virtual const SourceState& state() const = 0;
};

}  // namespace courtside
