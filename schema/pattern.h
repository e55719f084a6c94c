// What a pattern of channels or of event types stands for: the same for filters, routes,
// projections and rules of access. Threads: any; no state.
#pragma once

#include <string_view>

namespace courtside {

// Whether `pattern` (a channel, `kind:*` or `*`) stands for `channel`.
bool matches_channel(std::string_view pattern, std::string_view channel);

// Whether `pattern` (a type, or `prefix.*`) stands for `type`. `booking.*` stands for every type
// that begins with `booking.`, and not for `booking`.
bool matches_type(std::string_view pattern, std::string_view type);

}  // namespace courtside
