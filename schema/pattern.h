// Pattern matching for channels and event types, the same for filters, routes, projections and
// access rules. Threads: any; no state.
#pragma once

#include <string_view>

namespace courtside {

// `pattern` is a channel, `kind:*` or `*`.
bool matches_channel(std::string_view pattern, std::string_view channel);

// `pattern` is a type or `prefix.*`. `booking.*` matches every type that begins with `booking.`,
// but not `booking`.
bool matches_type(std::string_view pattern, std::string_view type);

}  // namespace courtside
