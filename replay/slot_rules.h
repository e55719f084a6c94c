// What a slot's event does to the slot: first whether it does anything, then the change itself.
//
// The two steps are apart because of readers who see only a part of an event. An event that ends a
// hold or a booking says by its ids which one, and anonymous readers do not see the ids. So the
// step is decided on whole events, and applied to what the reader sees (state_rules.h).
//
// Threads: functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "replay/state_data.h"
#include "replay/state_object.h"

namespace courtside {

enum class SlotStep : std::uint8_t {
  kNone,         // it ends what is not there (any more): it changes nothing
  kNote,         // only its other fields count
  kHold,         // a new hold
  kBook,         // a booking that has nothing to do with what was there
  kConfirm,      // the booking that the present hold became, or the present booking once more
  kFree,         // the hold, booking or maintenance that is there ends
  kMaintenance,  // maintenance begins
};

// `event` is the name within the family: "hold_expired". `slot` is the slot before it, made of
// whole events; `data` is all of the event's data.
SlotStep slot_step(const StateObject& slot, std::string_view event, StateData data);

// Takes the fields that belong to the step out of `data`. After kNone nothing is left in it.
void apply_slot_step(StateObject& slot, SlotStep step, StateData& data);

// Copies the members that slot_step() looks at.
void copy_slot(const StateObject& from, StateObject& to);

}  // namespace courtside
