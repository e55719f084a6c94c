// The compiled access rules: who may read a channel, who may publish a type, and which facts each
// decision needs. The rules do no I/O; the caller loads the facts:
//
//   std::vector<FactKey> keys;
//   rules.facts_for_reading(identity, "booking:b_1", keys);      // booking b_1
//   ... load them ...
//   rules.may_read({identity, rights}, "booking:b_1", ReadMode::kLive, facts);
//
// A rule's `who` is the required relation of the caller to the channel or event:
//
//   anyone                 everybody, also without a credential
//   caller                 an active account, or a service
//   role:<name>            an account with this role
//   self                   user:<id>: the account with this id
//   booking_account        booking:<id>: the account that booked
//   booking_venue          booking:<id>: owner or staff of the booked venue
//   venue                  venue:<id>: owner or staff of the venue
//   participant            chat:<id>, chat events: a participant of the room
//   support_room           chat:<id>: anyone, if it is a support room
//   ticket_opener, ticket_assignee   ticket:<id>
//   message_author         chat events: a participant who wrote message `data.messageId`
//   notification_account   notification events: the account that was notified
//
// Threads: any; immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/access/fact.h"
#include "engine/access/identity.h"
#include "engine/config/config.h"
#include "schema/event.h"

namespace courtside {

enum class ReadMode : std::uint8_t { kLive, kHistory };

// Why a channel may be read: not at all, only by the right to `*`, or by a right to this channel.
enum class ReadRight : std::uint8_t { kNone, kToAll, kToChannel };

// The caller and its rights: from the account's fact, or from the credential's claims.
struct Caller {
  const Identity& identity;
  const AccountFact& rights;
};

// The facts for one decision: usually one or two, up to a thousand for a subscription to many
// bookings.
class FactSet {
 public:
  void add(FactKey key, SharedFact fact);
  // Null when the thing does not exist or its fact was not loaded.
  template <typename Kind>
  const Kind* find(FactKind kind, std::string_view id) const {
    const Fact* fact = find(kind, id);
    return fact == nullptr ? nullptr : std::get_if<Kind>(fact);
  }

 private:
  const Fact* find(FactKind kind, std::string_view id) const;

  std::vector<std::pair<FactKey, SharedFact>> facts_;  // sorted by key
};

class AccessRules {
 public:
  // bad_configuration when a channel, type or `who` is malformed; the message names the rule.
  static Result<AccessRules> make(const Config& config);

  // Appends the facts that may_read needs for `channel` besides the caller's rights. Keys may
  // repeat.
  void facts_for_reading(const Identity& identity, std::string_view channel,
                         std::vector<FactKey>& keys) const;
  // `channel` may be a pattern; only the right to `*` allows a pattern. Rules whose `who` equals
  // `except` are ignored.
  ReadRight read_right(const Caller& caller, std::string_view channel, ReadMode mode,
                       const FactSet& facts, std::string_view except = {}) const;
  bool may_read(const Caller& caller, std::string_view channel, ReadMode mode, const FactSet& facts,
                std::string_view except = {}) const {
    return read_right(caller, channel, mode, facts, except) != ReadRight::kNone;
  }

  void facts_for_publishing(const Identity& identity, EventView event,
                            std::vector<FactKey>& keys) const;
  // forbidden or unauthorized, with what the rules ask for (publish_refusal.h).
  Result<void> check_publish(const Caller& caller, EventView event, const FactSet& facts) const;

  // The permissions of a role, for accounts whose permissions come from no other source.
  std::vector<std::string> permissions_of_role(std::string_view role) const;

 private:
  enum class Who : std::uint8_t {
    kAnyone,
    kCaller,
    kRole,
    kSelf,
    kBookingAccount,
    kBookingVenue,
    kVenue,
    kParticipant,
    kSupportRoom,
    kTicketOpener,
    kTicketAssignee,
    kMessageAuthor,
    kNotificationAccount,
  };
  struct Relation {
    Who who = Who::kCaller;
    std::string role = {};
  };
  struct Read {
    std::string channel;
    Relation relation;
    std::vector<std::string> permissions;
    bool history_only;
    std::string who;
  };
  struct Publish {
    std::string type;
    Relation relation;
    std::string who;
  };
  // The ids in a channel or event that a rule's `who` refers to.
  struct Named;

  static Result<Relation> parse_relation(std::string_view who);
  static void facts_for(const Relation& relation, const Named& named, std::vector<FactKey>& keys);
  static bool has_relation(const Relation& relation, const Caller& caller, const Named& named,
                           const FactSet& facts);

  std::vector<Read> reads_;
  std::vector<Publish> publishes_;
  std::vector<RoleRule> roles_;
};

// The entry of ReadGrant::unmasked_permissions that stands for a channel.
std::string unmask_key(std::string_view channel);

// Whether the sorted list contains `text`.
bool holds(const std::vector<std::string>& sorted, std::string_view text);

// The permission that a service needs to publish.
constexpr std::string_view kPublishPermission = "event:publish";

}  // namespace courtside
