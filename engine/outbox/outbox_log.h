// The log as a reader of an outbox sees it. Threads: any.
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

  // The event with whoever hears of it; invalid_event when they are too many.
  virtual Result<NewEvent> address(IncomingEvent event) = 0;

  // Waits until the events and the step are in the log, synced. Errors: version_conflict (the
  // source stands elsewhere: another reader was here; nothing was written) and draining (the log
  // takes nothing more; whether this was written is not known).
  virtual Result<std::vector<Appended>> append(std::vector<NewEvent> events, SourceStep step) = 0;

  virtual const SourceState& state() const = 0;
};

}  // namespace courtside
