// Applies a slot's event to the slot: first decides what the event does, then changes the state.
//
// The two steps are separate because some readers see only a part of an event. An event that ends a
// hold or a booking identifies it by ids, which anonymous readers do not see. So slot_step() works
// on whole events, and apply_slot_step() on what the reader sees (state_rules.h).
//
// Threads: functions; any.
#pragma once

#include <cstdint>
#include <string_view>

#include "replay/state/state_data.h"
#include "replay/state/state_object.h"

namespace courtside {

enum class SlotStep : std::uint8_t {
  kNone,         // it ends something that is not (or no longer) there: no change
  kNote,         // only its other fields matter
  kHold,         // a new hold
  kBook,         // a booking unrelated to what was there
  kConfirm,      // the present hold becomes a booking, or the present booking is confirmed again
  kFree,         // the present hold, booking or maintenance ends
  kMaintenance,  // maintenance begins
};

// `event` is the name within the family: "hold_expired". `slot` is the slot before it, computed
// from whole events; `data` is the event's whole data.
SlotStep slot_step(const StateObject& slot, std::string_view event, StateData data);

// Takes the step's fields out of `data`; kNone empties it.
void apply_slot_step(StateObject& slot, SlotStep step, StateData& data);

// Copies the members that slot_step() reads.
void copy_slot(const StateObject& from, StateObject& to);

}  // namespace courtside
