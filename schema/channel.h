// Channels and subjects: `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes of UTF-8 without control
// characters. A channel names an audience, a subject names what an event is about; both have the
// same syntax.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace courtside {

constexpr std::size_t kChannelKindBytesMax = 64;
constexpr std::size_t kChannelIdBytesMax = 64;

bool is_channel(std::string_view text);  // `kind:id`, not a pattern: the id "*" is refused

// The part after the colon. Ids of accounts, bookings and the like follow the same rule.
bool is_channel_id(std::string_view text);

// `*` matches every event, `kind:*` every channel of a kind.
bool is_channel_pattern(std::string_view text);

// The part before the colon. REQUIRES: is_channel(text) or a `kind:*` pattern.
std::string_view channel_kind(std::string_view text);

// The part after the colon. REQUIRES: as channel_kind.
std::string_view channel_id(std::string_view text);

// Keeps the first of each channel, in order.
void remove_repeats(std::vector<std::string>& channels);

}  // namespace courtside
