// Channels and subjects: `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes of UTF-8 without control
// characters. A channel is an audience, a subject what an event is about; the same words name both.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace courtside {

constexpr std::size_t kChannelKindBytesMax = 64;
constexpr std::size_t kChannelIdBytesMax = 64;

bool is_channel(std::string_view text);  // `kind:id` and nothing else; the id "*" is not one

// What may stand behind the colon; ids of accounts, bookings and the like follow the same rule.
bool is_channel_id(std::string_view text);

// `*`, which stands for every event, or `kind:*`, which stands for every channel of a kind.
bool is_channel_pattern(std::string_view text);

// REQUIRES: is_channel(text) or a `kind:*` pattern. The part before the colon.
std::string_view channel_kind(std::string_view text);

// REQUIRES: as channel_kind. The part behind the colon.
std::string_view channel_id(std::string_view text);

// Keeps the first of each, in order.
void remove_repeats(std::vector<std::string>& channels);

}  // namespace courtside
