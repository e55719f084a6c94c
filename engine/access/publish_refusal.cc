#include "engine/access/publish_refusal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/format.h"
#include "base/json.h"

namespace courtside {
namespace {

// Who may publish, and the member of the event that says so. `ids`: those of the event's subject.
std::string described(std::string_view who) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kWho = {{
      {"anyone", "anyone"},
      {"caller", "an active account"},
      {"self", "the account that `subject` names"},
      {"booking_account", "the account of the booking that `subject` names"},
      {"booking_venue", "the venue of the booking that `subject` names"},
      {"venue", "the venue that `subject` names"},
      {"participant", "a participant of the room that `subject` names"},
      {"support_room", "support, in a support room that `subject` names"},
      {"ticket_opener", "the opener of the ticket that `subject` names"},
      {"ticket_assignee", "the assignee of the ticket that `subject` names"},
      {"message_author", "the author of the message that `data.messageId` names"},
      {"notification_account", "the account of the notification that `subject` names"},
  }};
  const auto found =
      std::find_if(kWho.begin(), kWho.end(), [who](const auto& each) { return each.first == who; });
  if (found != kWho.end()) return std::string(found->second);
  return format("an account with {}", who);  // role:NAME
}

}  // namespace

Error publishing_takes_a_token() { return {Code::unauthorized, "publishing takes a token"}; }

Error lacks_publish_permission(std::string_view permission) {
  return {Code::forbidden,
          format("publishing takes the permission `{}`, which this key does not have", permission),
          JsonObject().text("permission", permission).take()};
}

Error not_the_publisher(std::string_view type, const std::vector<std::string>& who) {
  std::string people;
  std::string names = "[";
  for (const std::string& each : who) {
    people.append(people.empty() ? "" : ", or ").append(described(each));
    if (names.size() > 1) names.push_back(',');
    append_json_string(names, each);
  }
  names.push_back(']');
  return {Code::forbidden,
          people.empty() ? format("accounts may not publish `{}`", type)
                         : format("`{}` may be published only by {}", type, people),
          JsonObject().text("type", type).raw("who", names).take()};
}

Error message_is_anothers() {
  return {Code::forbidden, "`data.messageId` is the id of a message of another account",
          R"({"member":"data.messageId"})"};
}

}  // namespace courtside
