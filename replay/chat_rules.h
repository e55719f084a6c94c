// What a chat room's event does to the room's state.
//
// What was said and then deleted stays deleted, in whatever order the events come: `memory` holds
// the ids of deleted messages, of the last kDeletedMax of them, which the state itself does not
// show. A message's text comes from its own posting and its edits, and its sender from its posting.
//
// Threads: functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "replay/state_data.h"
#include "replay/state_object.h"
#include "schema/event.h"

namespace courtside {

// Deleted messages that a room's state remembers; the oldest are forgotten first.
constexpr std::size_t kDeletedMax = 1000;

struct ChatEvent {
  std::string_view name;     // within the family: "message_posted"
  const EventFields& whole;  // all of it, also what the reader does not see
  const EventFields& shown;  // what the reader sees of it
  const std::string& time;   // when it was recorded, as a JSON token
};

// Takes the fields that it has used out of `data`, which is that of `event.shown`.
void apply_chat_event(StateObject& room, StateObject& memory, const ChatEvent& event,
                      StateData& data);

}  // namespace courtside
