// The members of a state that the rules set, by the kind of its subject. A field of an event's data
// with such a name is stored elsewhere (state_rules.h). Threads: any; all of it is constant.
#pragma once

#include <string_view>

#include "replay/state/state_object.h"

namespace courtside {

// `name` is a JSON token with its quotes.
bool is_own_member(std::string_view kind, std::string_view name);

// The shape of any member.
StateShape state_shape(std::string_view kind, std::string_view name);

// The same for the fold's memory (apply_event in state_rules.h).
StateShape memory_shape(std::string_view kind, std::string_view name);

}  // namespace courtside
