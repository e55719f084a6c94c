// From events that passed the door to a command for the log: who hears of them, and under which key
// a repeat is known. Threads: any; no state.
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

// invalid_event, with the type that was probably meant, where an event's is a misspelling of one of
// the catalogue: readers would pass it over, and states would not know of it. `is_batch`: pointers
// begin with the event's index.
Result<void> check_types(const std::vector<IncomingEvent>& events, bool is_batch);

// invalid_event when it reaches too many channels. An account's events have idempotency keys of
// their own: it cannot take a key that somebody else is going to use.
Result<NewEvent> address_event(const Router& router, IncomingEvent event, IdScope scope);

// The same for all events of a publisher; invalid_event when one of them cannot be.
Result<Append> make_append(const Router& router, std::vector<IncomingEvent> events,
                           const Identity& publisher, Author author);

// An `audit.queried` event: who read what of another account, and how many events that were. What
// was asked for is checked where it comes in; a trace that would be no UTF-8 all the same is
// `internal`, since it would stop everybody who reads `*`, for as long as the log keeps it.
Result<IncomingEvent> query_trace(const Identity& reader, const Filter& filter,
                                  std::optional<std::size_t> rows, Timestamp at);

// What is said of a reader that takes history as a stream.
struct HistoryTrace {
  const Identity& reader;
  const Filter& filter;
  std::string_view export_name;  // not empty: `audit.exported`, else `audit.queried`
  std::string after;             // positions: what was asked for lies between them
  std::string through;
  std::optional<std::uint64_t> rows;  // none: it begins
  bool complete = false;              // of those that ended: with all of it
  std::string_view causationid;       // of the event that said that it began; empty: there is none
};
Result<IncomingEvent> history_trace(const HistoryTrace& trace, Timestamp at);

// What a publisher hears of a conflict: "booking:b_1 is at version 18, expected 17".
Error conflict_error(std::string_view subject, const Conflict& conflict);

}  // namespace courtside
