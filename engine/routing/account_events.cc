#include "engine/routing/account_events.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/percent.h"
#include "schema/event_errors.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using Name = std::string_view;

// Roles of the platform's own staff begin with this.
constexpr Name kAdminRolePrefix = "BMSP_";

// Events that only mark something by its id.
constexpr std::array<Name, 4> kMessageIds = {"roomId", "messageId", "senderId", "accountId"};
constexpr std::array<Name, 2> kNotificationIds = {"notificationId", "accountId"};
struct MarkingType {
  Name type;
  std::span<const Name> fields;
};
constexpr MarkingType kMarkingTypes[] = {{"chat.read_up_to", kMessageIds},
                                         {"chat.message_deleted", kMessageIds},
                                         {"notification.read", kNotificationIds},
                                         {"notification.seen", kNotificationIds}};

// An attribute that only outbox sources set.
constexpr Name kAggregateVersion = "aggregateversion";

// Dot segments in a URI are resolved (RFC 3986, section 5.2.4) and would leave the account's
// namespace.
bool has_dot_segment(Name source) {
  std::string text;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const Name rest = source.substr(i);
    const bool is_dot = rest.starts_with("%2e") || rest.starts_with("%2E");
    text.push_back(is_dot ? '.' : source[i] == '\\' ? '/' : source[i]);
    if (is_dot) i += 2;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
    const Name segment = Name(text).substr(begin, end - begin);
    if (segment == "." || segment == "..") return true;
    begin = end + 1;
  }
  return false;
}

Result<void> check_named_account(const EventFields& fields, Name account) {
  if (fields.data_kind != DataKind::kJson) return {};
  const DataFields data(fields.data);
  for (const Name field : {"accountId", "senderId"}) {
    const auto named = data.text(field);
    if (named && *named != account) {
      return fail(Code::forbidden, format("`data.{}` is another account", field));
    }
  }
  return {};
}

void check_envelope(const EventFields& fields, EventErrors& errors) {
  if (!fields.correlationid.empty()) {
    errors.add_member("correlationid", "is for services only");
  }
  if (!fields.causationid.empty()) {
    errors.add_member("causationid", "is for services only");
  }
  for (const Extension& extension : fields.extensions) {
    if (extension.name == kAggregateVersion) {
      errors.add_member(kAggregateVersion, "is for services");
    }
  }
  if (has_dot_segment(fields.source)) {
    errors.add_member("source", "must not have `.` or `..` between its slashes");
  }
}

void check_marking_data(const EventFields& fields, EventErrors& errors) {
  const auto rule =
      std::find_if(std::begin(kMarkingTypes), std::end(kMarkingTypes),
                   [&fields](const MarkingType& each) { return each.type == fields.type; });
  if (rule == std::end(kMarkingTypes) || fields.data_kind != DataKind::kJson) return;
  JsonReader reader(fields.data);
  if (!reader.begin_object()) return;
  std::string scratch;
  while (reader.next_member()) {
    const auto name = json_text(reader.key(), scratch);
    reader.value();
    const bool is_known =
        name && std::find(rule->fields.begin(), rule->fields.end(), *name) != rule->fields.end();
    if (!is_known) {
      errors.add_field("data", name ? *name : Name("?"),
                       "is not allowed: an account's event of this type has ids only");
    }
  }
}

// A device's clock may be wrong, and its user cannot fix it: then the server's time is used.
std::string time_within(Name time, const AccountEventBounds& bounds) {
  const auto said = parse_rfc3339(time);
  const std::int64_t received = bounds.received.value();
  const std::int64_t first = received - static_cast<std::int64_t>(bounds.time_past_ms) * 1000;
  const std::int64_t last = received + static_cast<std::int64_t>(bounds.time_future_ms) * 1000;
  const bool is_within = said && said->value() >= first && said->value() <= last;
  return is_within ? std::string(time) : format_rfc3339(bounds.received);
}

}  // namespace

AccountEventBounds bounds_of(const Config& config, Timestamp received) {
  return {.time_past_ms = config.access.account_time_past_ms,
          .time_future_ms = config.access.account_time_future_ms,
          .received = received};
}

std::string account_source(Name account, Name source) {
  std::string own = "/accounts/";
  append_percent_encoded(own, account);
  // A path begins with a slash. Anything else gets a colon, which the encoded account id never
  // contains.
  if (!source.starts_with('/')) own.push_back(':');
  return own.append(source);
}

Result<void> attribute(IncomingEvent& incoming, const Identity& publisher,
                       const PublishGrant& grant, const AccountEventBounds& bounds,
                       std::optional<std::size_t> item) {
  if (publisher.kind != Identity::Kind::kAccount) return {};
  if (!incoming.channels.empty()) {
    return fail(Code::forbidden, "an account may not name an event's channels");
  }
  EventFields fields = EventView(incoming.event).fields();
  if (const Result<void> speaker = check_named_account(fields, publisher.actor); !speaker) {
    return speaker;
  }
  EventErrors errors;
  if (item) errors.enter_batch_item(*item);
  check_envelope(fields, errors);
  check_marking_data(fields, errors);
  const std::string source = account_source(publisher.actor, fields.source);
  if (source.size() > kAttributeBytesMax) {
    errors.add_member(
        "source",
        format("is too long: with the account's own part in front it has more than {} bytes",
               kAttributeBytesMax));
  }
  if (!errors.empty()) return fail(errors.error());

  const std::string time = time_within(fields.time, bounds);
  fields.source = source;
  fields.time = time;
  fields.actorid = publisher.actor;
  fields.actortype = publisher.role.starts_with(kAdminRolePrefix) ? "ADMIN" : "USER";
  fields.actorrole = publisher.role;
  incoming.event = build_event(fields);
  if (incoming.event.size() > kEventBytesMax) return fail(event_too_large());
  incoming.channels = grant.channels;
  return {};
}

}  // namespace courtside
