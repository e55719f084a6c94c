// From events that passed the door to a command for the log: who hears of them, and under which key
// a repeat is known. Threads: any; no state.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/router.h"
#include "schema/cloudevent.h"
#include "schema/command.h"
#include "schema/protocol.h"

namespace courtside {

// invalid_event when one of them reaches too many channels.
Result<Append> make_append(const Router& router, std::vector<IncomingEvent> events, Author author);

// What a publisher hears of a conflict: "booking:b_1 is at version 18, expected 17".
Error conflict_error(std::string_view subject, const Conflict& conflict);

}  // namespace courtside
