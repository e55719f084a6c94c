#include "engine/access/rights_change.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

// The channels from which the log knows rooms and tickets.
constexpr std::string_view kRoomChannels = "chat:";
constexpr std::string_view kTicketChannels = "ticket:";

struct Rule {
  std::string_view type;
  FactKind kind;
  std::string_view field;  // the member of the data with the id of the fact
  bool ends_rights;
  bool revokes_credentials;
};

// Rules that end no rights announce a thing that may have been looked up before it existed.
constexpr std::array kRules = {
    Rule{"account.role_changed", FactKind::kAccount, "accountId", true, false},
    Rule{"booking.amended", FactKind::kBooking, "bookingId", false, false},
    Rule{"booking.created", FactKind::kBooking, "bookingId", false, false},
    Rule{"booking.rescheduled", FactKind::kBooking, "bookingId", false, false},
    Rule{"chat.message_posted", FactKind::kMessage, "messageId", false, false},
    Rule{"chat.participant_added", FactKind::kRoom, "roomId", true, false},
    Rule{"chat.participant_removed", FactKind::kRoom, "roomId", true, false},
    Rule{"chat.room_opened", FactKind::kRoom, "roomId", true, false},
    Rule{"notification.created", FactKind::kNotification, "notificationId", false, false},
    Rule{"session.revoked", FactKind::kAccount, "accountId", true, true},
    Rule{"ticket.assigned", FactKind::kTicket, "ticketId", true, false},
    Rule{"ticket.opened", FactKind::kTicket, "ticketId", true, false},
    Rule{"venue.staff_added", FactKind::kAccount, "accountId", true, false},
    Rule{"venue.staff_removed", FactKind::kAccount, "accountId", true, false},
};
static_assert(std::is_sorted(kRules.begin(), kRules.end(),
                             [](const Rule& a, const Rule& b) { return a.type < b.type; }));

// Null for a type that changes no rights.
const Rule* find_rule(std::string_view type) {
  const auto rule = std::lower_bound(kRules.begin(), kRules.end(), type,
                                     [](const Rule& r, std::string_view t) { return r.type < t; });
  return rule == kRules.end() || rule->type != type ? nullptr : &*rule;
}

}  // namespace

std::string fact_channel(const FactKey& fact) {
  if (fact.kind == FactKind::kAccount || fact.kind == FactKind::kBooking) return {};
  std::string channel(name_of(fact.kind));
  channel.append("_fact:");
  // Hashed, because a message id may be longer than a channel id.
  const Hash128 hash = hash128(name_of(fact.kind), fact.id);
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      channel.push_back("0123456789abcdef"[half >> shift & 15]);
    }
  }
  return channel;
}

std::vector<std::string> account_change_types() {
  std::vector<std::string> types;
  for (const Rule& rule : kRules) {
    if (rule.kind == FactKind::kAccount && rule.ends_rights) types.emplace_back(rule.type);
  }
  return types;
}

std::string channel_of(const FactKey& fact) {
  return std::string(fact.kind == FactKind::kRoom ? kRoomChannels : kTicketChannels)
      .append(fact.id);
}

bool is_fact_channel(std::string_view channel) {
  return channel.starts_with(kRoomChannels) || channel.starts_with(kTicketChannels);
}

bool may_end_rights(std::string_view type) {
  const Rule* const rule = find_rule(type);
  return rule != nullptr && rule->ends_rights;
}

std::optional<RightsChange> rights_change(EventView event) {
  const Rule* const rule = find_rule(event.type());
  if (rule == nullptr) return std::nullopt;
  if (event.data_kind() != DataKind::kJson) return std::nullopt;
  const DataFields data(event.data());
  const auto id = data.text(rule->field);
  if (!id) return std::nullopt;
  FactKey fact{rule->kind, std::string(*id)};
  if (rule->kind == FactKind::kMessage) {
    const auto room = data.text("roomId");
    if (!room) return std::nullopt;
    fact.id = message_fact_id(*room, *id);
  }
  return RightsChange{std::move(fact), rule->ends_rights, rule->revokes_credentials};
}

}  // namespace courtside
