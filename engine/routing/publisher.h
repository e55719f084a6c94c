// Makes log appends from events that were authenticated and checked: their channels and idempotency
// keys. Also makes the audit events of reads. Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/access/access.h"
#include "engine/routing/router.h"
#include "replay/filter.h"
#include "schema/cloudevent.h"
#include "schema/command.h"
#include "schema/protocol.h"

namespace courtside {

// invalid_event, with the probable type, when an event's type is a misspelling of a catalogue type:
// subscribers and states would not recognise it. `is_batch`: pointers begin with the event's index.
Result<void> check_types(const std::vector<IncomingEvent>& events, bool is_batch);

// invalid_event when the event goes to too many channels. `scope` keeps the idempotency keys of
// accounts apart, so that an account cannot take a key that another publisher will use.
Result<NewEvent> address_event(const Router& router, IncomingEvent event, IdScope scope);

// The same for all events of a publisher; invalid_event when it fails for one of them.
Result<Append> make_append(const Router& router, std::vector<IncomingEvent> events,
                           const Identity& publisher, Author author);

// An `audit.queried` event: who read what of another account, and how many events. `internal` when
// it would not be UTF-8; requests are checked earlier, but such an event would break every reader
// of `*` as long as the log keeps it.
Result<IncomingEvent> query_trace(const Identity& reader, const Filter& filter,
                                  std::optional<std::size_t> rows, Timestamp at);

// The data of the audit event of a streamed history read.
struct HistoryTrace {
  const Identity& reader;
  const Filter& filter;
  std::string_view export_name;  // not empty: `audit.exported`, otherwise `audit.queried`
  std::string after;             // positions: the requested range lies between them
  std::string through;
  std::optional<std::uint64_t> rows;  // empty: the read begins
  bool complete = false;              // of a read that ended: everything was sent
  std::string_view causationid;       // id of the event of the read's beginning; empty: none
};
Result<IncomingEvent> history_trace(const HistoryTrace& trace, Timestamp at);

// The error for a version conflict: "booking:b_1 is at version 18, expected 17".
Error conflict_error(std::string_view subject, const Conflict& conflict);

}  // namespace courtside
