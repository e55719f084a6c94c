// The members of a state that the rules set, by the kind of its subject: a field of an event's data
// that is called like one of them goes elsewhere (state_rules.h). Threads: any; all of it is
// constant.
#pragma once

#include <string_view>

#include "replay/state_object.h"

namespace courtside {

// `name` is a JSON token, quotes included.
bool is_own_member(std::string_view kind, std::string_view name);

// The shape of a member, own or not.
StateShape state_shape(std::string_view kind, std::string_view name);

// The same of the fold's memory (apply_event in state_rules.h).
StateShape memory_shape(std::string_view kind, std::string_view name);

}  // namespace courtside
