// What an event does to the state of its subject, by the kind of the subject and the type of the
// event. docs/protocol.md tells the same to readers.
//
// A type of the catalogue about a subject of its own has a rule; any other event leaves the last
// value of each top-level field of its data, which is also what a rule does with the fields that it
// has no use for. A field that is called like a member that the rules themselves set goes into
// `fields`. Times are those at which the log recorded the event.
//
// Changing what a rule says changes kStateRulesVersion. Threads: functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "replay/state_object.h"
#include "schema/event.h"

namespace courtside {

// `event` is what the reader sees of `whole`; they are one object where the reader sees all of it.
// `memory` is what the rules must know of earlier events, and the state does not show: which
// messages were deleted, and the slot as whole events make it. state_members.h tells its shapes.
void apply_event(StateObject& state, StateObject& memory, std::string_view kind,
                 const EventFields& event, const EventFields& whole, Timestamp recorded,
                 std::uint64_t version);

}  // namespace courtside
