#include "replay/filter.h"

#include <algorithm>

#include "schema/text.h"

namespace courtside {
namespace {

constexpr std::string_view kEveryChannel = "*";

bool is_wanted(std::string_view wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

bool Filter::matches(RecordView record) const {
  if (!wants_every_channel()) {
    const RecordChannels reached = record.channels();
    const bool reached_any = std::any_of(channels.begin(), channels.end(), [&](const auto& wanted) {
      return std::any_of(reached.begin(), reached.end(), [&](std::string_view channel) {
        return matches_channel(wanted, channel);
      });
    });
    if (!reached_any) return false;
  }
  return matches_attributes(record);
}

bool Filter::matches_attributes(RecordView record) const {
  if (since && record.recorded() < *since) return false;
  if (until && record.recorded() >= *until) return false;
  if (types.empty() && subject.empty() && actor.empty() && correlationid.empty()) return true;
  const EventView event = record.event();
  if (!is_wanted(subject, event.subject())) return false;
  if (!is_wanted(actor, event.actorid())) return false;
  if (!is_wanted(correlationid, event.correlationid())) return false;
  if (types.empty()) return true;
  const std::string_view type = event.type();
  return std::any_of(types.begin(), types.end(),
                     [&](const std::string& pattern) { return matches_type(pattern, type); });
}

bool Filter::wants_every_channel() const {
  return channels.empty() ||
         std::find(channels.begin(), channels.end(), kEveryChannel) != channels.end();
}

bool is_type_pattern(std::string_view text) {
  if (text.empty() || text.size() > kTypePatternBytesMax || !is_plain_text(text)) return false;
  const std::size_t star = text.find('*');
  if (star == std::string_view::npos) return true;
  return text.size() > 2 && star == text.size() - 1 && text[star - 1] == '.';
}

}  // namespace courtside
