#include "engine/access/access_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/format.h"
#include "engine/access/publish_refusal.h"
#include "engine/config/nearest.h"
#include "schema/channel.h"
#include "schema/cloudevent.h"
#include "schema/pattern.h"

namespace courtside {
namespace {

constexpr std::string_view kRolePrefix = "role:";
constexpr std::string_view kMessagePosted = "chat.message_posted";

// Whether a rule for channel `ruled` applies to `asked`. Only a rule for `*` applies to a pattern:
// a right to each single channel must not become a right to all of them.
bool rules_over(std::string_view ruled, std::string_view asked) {
  return ruled == "*" || (!is_channel_pattern(asked) && matches_channel(ruled, asked));
}

}  // namespace

std::string unmask_key(std::string_view channel) { return "@" + std::string(channel); }

bool holds(const std::vector<std::string>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text);
}

void FactSet::add(FactKey key, SharedFact fact) {
  // Most facts arrive in key order.
  auto place = facts_.end();
  if (!facts_.empty() && key < facts_.back().first) {
    place = std::lower_bound(facts_.begin(), facts_.end(), key,
                             [](const auto& entry, const FactKey& k) { return entry.first < k; });
  }
  facts_.emplace(place, std::move(key), std::move(fact));
}

const Fact* FactSet::find(FactKind kind, std::string_view id) const {
  const auto is_before = [kind, id](const auto& entry) {
    return std::tuple(entry.first.kind, std::string_view(entry.first.id)) < std::tuple(kind, id);
  };
  const auto found = std::partition_point(facts_.begin(), facts_.end(), is_before);
  if (found == facts_.end() || found->first.kind != kind || found->first.id != id) return nullptr;
  return found->second.get();
}

struct AccessRules::Named {
  std::string_view id = {};  // the part after the colon in the channel or the event's subject
  std::string message = {};  // `data.messageId`

  static Named in(EventView event) {
    Named named;
    if (is_channel(event.subject())) named.id = channel_id(event.subject());
    if (event.data_kind() != DataKind::kJson) return named;
    const DataFields data(event.data());
    if (const auto message = data.text("messageId")) named.message = *message;
    return named;
  }
};

Result<AccessRules::Relation> AccessRules::parse_relation(std::string_view who) {
  constexpr std::array<std::pair<std::string_view, Who>, 12> kWords = {{
      {"anyone", Who::kAnyone},
      {"caller", Who::kCaller},
      {"self", Who::kSelf},
      {"booking_account", Who::kBookingAccount},
      {"booking_venue", Who::kBookingVenue},
      {"venue", Who::kVenue},
      {"participant", Who::kParticipant},
      {"support_room", Who::kSupportRoom},
      {"ticket_opener", Who::kTicketOpener},
      {"ticket_assignee", Who::kTicketAssignee},
      {"message_author", Who::kMessageAuthor},
      {"notification_account", Who::kNotificationAccount},
  }};
  if (who.starts_with(kRolePrefix) && who.size() > kRolePrefix.size()) {
    return Relation{Who::kRole, std::string(who.substr(kRolePrefix.size()))};
  }
  const auto word =
      std::find_if(kWords.begin(), kWords.end(), [who](const auto& w) { return w.first == who; });
  if (word == kWords.end()) {
    std::vector<std::string> known;
    for (const auto& [name, meaning] : kWords) known.emplace_back(name);
    return fail(Code::bad_configuration,
                format("`who` is `{}`, which is unknown{}", who, suggestion(who, known)));
  }
  return Relation{word->second, {}};
}

Result<AccessRules> AccessRules::make(const Config& config) {
  AccessRules made;
  const auto refuse = [](std::string_view table, std::string_view name, const std::string& why) {
    return fail(Code::bad_configuration, format("{} rule for `{}`: {}", table, name, why));
  };
  for (const ReadRule& rule : config.read_rules) {
    if (!is_channel(rule.channel) && !is_channel_pattern(rule.channel)) {
      return refuse("read", rule.channel, "that is neither a channel nor `kind:*` nor `*`");
    }
    Result<Relation> relation = parse_relation(rule.who);
    if (!relation) return refuse("read", rule.channel, relation.error().message);
    made.reads_.push_back(
        {rule.channel, std::move(*relation), rule.permissions, rule.history_only, rule.who});
  }
  for (const ProjectionRule& rule : config.projections) {
    if (rule.who.empty()) continue;
    const Result<Relation> relation = parse_relation(rule.who);
    if (!relation) return refuse("projection", rule.channel, relation.error().message);
  }
  for (const PublishRule& rule : config.publish_rules) {
    Result<Relation> relation = parse_relation(rule.who);
    if (!relation) return refuse("publish", rule.type, relation.error().message);
    made.publishes_.push_back({rule.type, std::move(*relation), rule.who});
  }
  made.roles_ = config.roles;
  for (RoleRule& role : made.roles_) std::sort(role.permissions.begin(), role.permissions.end());
  return made;
}

// ---------------------------------------------------------------------------------------------
// Relations of the caller to a channel or event.

void AccessRules::facts_for(const Relation& relation, const Named& named,
                            std::vector<FactKey>& keys) {
  const auto want = [&keys](FactKind kind, std::string id) {
    FactKey key{kind, std::move(id)};
    // Rules for one channel are adjacent, so this removes most duplicates.
    if (keys.empty() || !(keys.back() == key)) keys.push_back(std::move(key));
  };
  const std::string id(named.id);
  switch (relation.who) {
    case Who::kAnyone:
    case Who::kCaller:
    case Who::kRole:
    case Who::kSelf:
    case Who::kVenue: return;
    case Who::kBookingAccount:
    case Who::kBookingVenue: return want(FactKind::kBooking, id);
    case Who::kMessageAuthor:
      want(FactKind::kMessage, message_fact_id(id, named.message));
      return want(FactKind::kRoom, id);
    case Who::kParticipant:
    case Who::kSupportRoom: return want(FactKind::kRoom, id);
    case Who::kTicketOpener:
    case Who::kTicketAssignee: return want(FactKind::kTicket, id);
    case Who::kNotificationAccount: return want(FactKind::kNotification, id);
  }
}

bool AccessRules::has_relation(const Relation& relation, const Caller& caller, const Named& named,
                               const FactSet& facts) {
  if (relation.who == Who::kAnyone) return true;
  if (!caller.rights.is_active) return false;
  if (relation.who == Who::kCaller) return true;
  if (caller.identity.kind != Identity::Kind::kAccount) return false;
  const std::string& account = caller.identity.actor;

  const auto* booking = facts.find<BookingFact>(FactKind::kBooking, named.id);
  const auto* room = facts.find<RoomFact>(FactKind::kRoom, named.id);
  const auto* ticket = facts.find<TicketFact>(FactKind::kTicket, named.id);
  const bool in_room = room != nullptr && holds(room->participants, account);
  switch (relation.who) {
    case Who::kAnyone:
    case Who::kCaller: return true;
    case Who::kRole: return caller.rights.role == relation.role;
    case Who::kSelf: return named.id == account;
    case Who::kVenue: return holds(caller.rights.venues, named.id);
    case Who::kBookingAccount: return booking != nullptr && booking->account_id == account;
    case Who::kBookingVenue:
      return booking != nullptr && holds(caller.rights.venues, booking->venue_id);
    case Who::kParticipant: return in_room;
    case Who::kSupportRoom: return room != nullptr && room->is_support;
    case Who::kTicketOpener: return ticket != nullptr && ticket->opener == account;
    case Who::kTicketAssignee: return ticket != nullptr && ticket->assignee == account;
    case Who::kMessageAuthor: {
      const auto* message =
          facts.find<MessageFact>(FactKind::kMessage, message_fact_id(named.id, named.message));
      return in_room && message != nullptr && message->sender == account;
    }
    case Who::kNotificationAccount: {
      const auto* notification = facts.find<NotificationFact>(FactKind::kNotification, named.id);
      return notification != nullptr && notification->account_id == account;
    }
  }
  return false;
}

// ---------------------------------------------------------------------------------------------
// Reading.

void AccessRules::facts_for_reading(const Identity& identity, std::string_view channel,
                                    std::vector<FactKey>& keys) const {
  // Only accounts have relations that depend on facts.
  if (is_channel_pattern(channel) || identity.kind != Identity::Kind::kAccount) return;
  const Named named{.id = channel_id(channel)};
  for (const Read& rule : reads_) {
    if (rules_over(rule.channel, channel)) facts_for(rule.relation, named, keys);
  }
}

ReadRight AccessRules::read_right(const Caller& caller, std::string_view channel, ReadMode mode,
                                  const FactSet& facts, std::string_view except) const {
  if (caller.identity.kind == Identity::Kind::kAdministrator) return ReadRight::kToAll;
  Named named;
  if (!is_channel_pattern(channel)) named.id = channel_id(channel);
  const auto is_held = [&](const std::string& permission) {
    return holds(caller.rights.permissions, permission);
  };
  const auto grants = [&](const Read& rule) {
    return rules_over(rule.channel, channel) && (except.empty() || rule.who != except) &&
           (!rule.history_only || mode == ReadMode::kHistory) &&
           std::all_of(rule.permissions.begin(), rule.permissions.end(), is_held) &&
           has_relation(rule.relation, caller, named, facts);
  };
  ReadRight right = ReadRight::kNone;
  for (const Read& rule : reads_) {
    const bool is_of_all = rule.channel == "*";
    if ((is_of_all && right == ReadRight::kToAll) || !grants(rule)) continue;
    if (!is_of_all) return ReadRight::kToChannel;
    right = ReadRight::kToAll;
  }
  return right;
}

// ---------------------------------------------------------------------------------------------
// Publishing.

void AccessRules::facts_for_publishing(const Identity& identity, EventView event,
                                       std::vector<FactKey>& keys) const {
  if (identity.kind != Identity::Kind::kAccount) return;
  const Named named = Named::in(event);
  for (const Publish& rule : publishes_) {
    if (matches_type(rule.type, event.type())) facts_for(rule.relation, named, keys);
  }
  if (event.type() == kMessagePosted && !named.message.empty()) {
    keys.push_back({FactKind::kMessage, message_fact_id(named.id, named.message)});
  }
}

Result<void> AccessRules::check_publish(const Caller& caller, EventView event,
                                        const FactSet& facts) const {
  switch (caller.identity.kind) {
    case Identity::Kind::kAdministrator: return {};
    case Identity::Kind::kAnonymous: return fail(publishing_takes_a_token());
    case Identity::Kind::kService:
      if (holds(caller.rights.permissions, kPublishPermission)) return {};
      return fail(lacks_publish_permission(kPublishPermission));
    case Identity::Kind::kAccount: break;
  }
  const Named named = Named::in(event);
  std::vector<std::string> who;
  const bool is_allowed =
      std::any_of(publishes_.begin(), publishes_.end(), [&](const Publish& rule) {
        if (!matches_type(rule.type, event.type())) return false;
        if (has_relation(rule.relation, caller, named, facts)) return true;
        who.push_back(rule.who);
        return false;
      });
  if (!is_allowed) return fail(not_the_publisher(event.type(), who));
  // A message keeps its id and its author: only its first author may post under the id again. Who
  // may not post at all does not learn that the id is taken.
  const auto* posted =
      facts.find<MessageFact>(FactKind::kMessage, message_fact_id(named.id, named.message));
  const bool is_anothers = posted != nullptr && posted->sender != caller.identity.actor;
  if (event.type() == kMessagePosted && is_anothers) return fail(message_is_anothers());
  return {};
}

std::vector<std::string> AccessRules::permissions_of_role(std::string_view role) const {
  const auto found = std::find_if(roles_.begin(), roles_.end(),
                                  [role](const RoleRule& rule) { return rule.role == role; });
  return found == roles_.end() ? std::vector<std::string>() : found->permissions;
}

}  // namespace courtside
