// Applies an event to the state of its subject, by the kind of the subject and the type of the
// event. docs/protocol.md describes the result for clients.
//
// A catalogue type about a subject of its own kind has a rule. Every other event sets one member
// for each top-level field of its data; so does a rule for the fields that it does not use. A field
// with the name of a member that the rules set goes into `fields`. Times are recorded times.
//
// A change of the rules must change kStateRulesVersion. Threads: functions; any.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "replay/state/state_object.h"
#include "schema/event.h"

namespace courtside {

// `event` is the part of `whole` that the reader sees; both are the same object when the reader
// sees all of it. `memory` holds what the rules must know of earlier events but the state does not
// show: deleted messages, and the slot as computed from whole events. state_members.h has its
// shapes.
void apply_event(StateObject& state, StateObject& memory, std::string_view kind,
                 const EventFields& event, const EventFields& whole, Timestamp recorded,
                 std::uint64_t version);

}  // namespace courtside
