#include "engine/history/state_view.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "replay/matcher.h"
#include "schema/channel.h"
#include "schema/pattern.h"

namespace courtside {
namespace {

// A filter and the matcher that refers to it.
struct Reach {
  explicit Reach(std::vector<std::string> channels)
      : filter{.channels = std::move(channels)}, matcher(filter) {}
  const Filter filter;
  const Matcher matcher;
};

std::string key_of(const Projections& projections, const std::vector<std::string>& channels,
                   const std::vector<std::string>& unmasked_permissions) {
  std::string key = projections.digest();
  for (const std::string& channel : channels) key.append("c").append(channel).append("\n");
  for (const std::string& lift : unmasked_permissions) key.append("l").append(lift).append("\n");
  return key;
}

}  // namespace

StateView view_by_channels(const Projections& projections, std::vector<std::string> channels,
                           std::vector<std::string> unmasked_permissions) {
  if (std::find(channels.begin(), channels.end(), "*") != channels.end()) return {};
  std::sort(channels.begin(), channels.end());
  std::sort(unmasked_permissions.begin(), unmasked_permissions.end());
  const auto reach = std::make_shared<const Reach>(std::move(channels));
  StateView view;
  view.key = key_of(projections, reach->filter.channels, unmasked_permissions);
  view.shows = [reach](RecordView record) { return reach->matcher.reaches(record); };
  view.projection = [reach, unmasked_permissions = std::move(unmasked_permissions),
                     &projections](RecordView record) {
    return projections.choose(reach->filter.channels, unmasked_permissions, record);
  };
  return view;
}

StateView view_of_slots(const Projections& projections, const std::string& channel,
                        std::vector<std::string> unmasked_permissions) {
  StateView view = view_by_channels(projections, {channel}, std::move(unmasked_permissions));
  view.key.append("slot.*");
  view.shows = [shows = std::move(view.shows)](RecordView record) {
    return matches_type("slot.*", record.event().type()) && shows(record);
  };
  return view;
}

StateView view_of_notification(const std::string& account) {
  StateView view;
  view.key = "notification of " + account;
  view.shows = [own = "user:" + account](RecordView record) {
    bool is_of_others = false;
    for (const std::string_view channel : record.channels()) {
      if (channel == own) return true;
      is_of_others = is_of_others || channel_kind(channel) == "user";
    }
    return !is_of_others;
  };
  return view;
}

}  // namespace courtside
