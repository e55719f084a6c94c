// Applies an event of a chat room to the room's state.
//
// A deleted message stays deleted, in whatever order the events come: `memory` holds the ids of the
// last kDeletedMax deleted messages, which the state does not show. A message's text comes only
// from its posting and its edits, its sender only from its posting.
//
// Threads: functions; any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "replay/state/state_data.h"
#include "replay/state/state_object.h"
#include "schema/event.h"

namespace courtside {

// The number of deleted messages that a room's memory holds; the oldest are forgotten first.
constexpr std::size_t kDeletedMax = 1000;

struct ChatEvent {
  std::string_view name;     // within the family: "message_posted"
  const EventFields& whole;  // the whole event, also what the reader does not see
  const EventFields& shown;  // the part that the reader sees
  const std::string& time;   // recorded time, as a JSON token
};

// Takes the fields that it uses out of `data`, which is the data of `event.shown`.
void apply_chat_event(StateObject& room, StateObject& memory, const ChatEvent& event,
                      StateData& data);

}  // namespace courtside
