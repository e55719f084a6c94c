#include "schema/channel.h"

#include <algorithm>
#include <unordered_set>

#include "schema/text.h"

namespace courtside {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_kind_character(char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

bool is_channel_kind(std::string_view text) {
  return !text.empty() && text.size() <= kChannelKindBytesMax && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), is_kind_character);
}

}  // namespace

bool is_channel_id(std::string_view text) {
  return !text.empty() && text.size() <= kChannelIdBytesMax && text != "*" && is_plain_text(text);
}

bool is_channel(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && is_channel_kind(text.substr(0, colon)) &&
         is_channel_id(text.substr(colon + 1));
}

bool is_channel_pattern(std::string_view text) {
  if (text == "*") return true;
  constexpr std::string_view kAnyId = ":*";
  return text.ends_with(kAnyId) && is_channel_kind(text.substr(0, text.size() - kAnyId.size()));
}

std::string_view channel_kind(std::string_view text) { return text.substr(0, text.find(':')); }

std::string_view channel_id(std::string_view text) { return text.substr(text.find(':') + 1); }

void remove_repeats(std::vector<std::string>& channels) {
  if (channels.size() < 2) return;
  // The set owns its texts: moving a std::string may move its characters.
  std::unordered_set<std::string> seen;
  std::erase_if(channels,
                [&seen](const std::string& channel) { return !seen.insert(channel).second; });
}

}  // namespace courtside
