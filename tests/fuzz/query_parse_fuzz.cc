// Any text as a position and as the query of each path that has one: refused with a reason, or
// within the bounds that its reader relies on.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/history/history.h"
#include "engine/history/state_query.h"
#include "engine/history/stream_page.h"
#include "schema/channel.h"
#include "schema/position.h"

using namespace courtside;

namespace {

constexpr std::size_t kLimitMax = 1000;
constexpr Timestamp kNow(1'700'000'000'000'000);

template <typename Parsed>
bool taken(const Result<Parsed>& parsed) {
  if (!parsed) COURTSIDE_CHECK(!parsed.error().message.empty());
  return parsed.has_value();
}

void check_position(std::string_view text) {
  const Result<Position> position = parse_position(text);
  if (!taken(position)) return;
  const std::string sortable = format_sortable_position(position->epoch, position->offset);
  COURTSIDE_CHECK(text == format(*position) || text == sortable);
  COURTSIDE_CHECK(*parse_position(sortable) == *position);
}

void check_channels(const std::vector<std::string>& channels) {
  for (const std::string& each : channels) {
    COURTSIDE_CHECK(is_channel(each) || is_channel_pattern(each));
  }
}

void check_queries(std::string_view text) {
  if (const auto history = parse_history_query(text, kLimitMax, kNow); taken(history)) {
    check_channels(history->filter.channels);
    for (const std::string& each : history->filter.types) COURTSIDE_CHECK(is_type_pattern(each));
    COURTSIDE_CHECK(history->limit >= 1 && history->limit <= kLimitMax);
  }
  if (const auto state = parse_state_query(text); taken(state)) check_channels(state->channels);
  if (const auto calendar = parse_calendar_query(text, kLimitMax, kNow); taken(calendar)) {
    COURTSIDE_CHECK(calendar->list.limit >= 1 && calendar->list.limit <= kLimitMax);
  }
  if (const auto list = parse_notifications_query(text, kLimitMax, kNow); taken(list)) {
    COURTSIDE_CHECK(list->list.limit >= 1 && list->list.limit <= kLimitMax);
  }
  taken(parse_stream_query("user:42", text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  check_position(text);
  check_queries(text);
  return 0;
}
