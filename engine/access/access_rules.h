// The rules of access, compiled: who may read a channel, who may publish a type, and what must be
// known of the world to say so. It decides, and asks nobody: bring the facts.
//
//   std::vector<FactKey> keys;
//   rules.facts_for_reading(identity, "booking:b_1", keys);      // booking b_1
//   ... get them ...
//   rules.may_read({identity, rights}, "booking:b_1", ReadMode::kLive, facts);
//
// A rule's `who` is how the caller stands to what the channel or event names:
//
//   anyone                 also without a credential
//   caller                 an account that counts, or a service
//   role:<name>            an account of this role
//   self                   user:<id>: the account of this id
//   booking_account        booking:<id>: whose booking it is
//   booking_venue          booking:<id>: owner or staff of the venue that was booked
//   venue                  venue:<id>: its owner or staff
//   participant            chat:<id>, chat events: in the room
//   support_room           chat:<id>: anyone, when the room is one of support
//   ticket_opener, ticket_assignee   ticket:<id>
//   message_author         chat events: in the room, and author of `data.messageId`
//   notification_account   notification events: to whom the notification went
//
// Threads: immutable once made; any thread.
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

// By which right a channel is read: none, only that to everything (`*`), or one to this channel.
enum class ReadRight : std::uint8_t { kNone, kToAll, kToChannel };

// Who asks, and what it holds: the account's fact, or what the credential claims.
struct Caller {
  const Identity& identity;
  const AccountFact& rights;
};

// The facts of one decision: mostly one or two, a thousand for a subscription to as many bookings.
class FactSet {
 public:
  void add(FactKey key, SharedFact fact);
  // Null when there is no such thing, or nobody asked for it.
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

  // Adds what may_read must know of `channel` besides the caller's rights; some keys maybe twice.
  void facts_for_reading(const Identity& identity, std::string_view channel,
                         std::vector<FactKey>& keys) const;
  // `channel` may be a channel or a pattern, which the right to all alone lets read. Rules whose
  // `who` is `except` do not count.
  ReadRight read_right(const Caller& caller, std::string_view channel, ReadMode mode,
                       const FactSet& facts, std::string_view except = {}) const;
  bool may_read(const Caller& caller, std::string_view channel, ReadMode mode, const FactSet& facts,
                std::string_view except = {}) const {
    return read_right(caller, channel, mode, facts, except) != ReadRight::kNone;
  }

  void facts_for_publishing(const Identity& identity, EventView event,
                            std::vector<FactKey>& keys) const;
  bool may_publish(const Caller& caller, EventView event, const FactSet& facts) const;

  // What a role holds, where nobody else says.
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
  struct Standing {
    Who who = Who::kCaller;
    std::string role = {};
  };
  struct Read {
    std::string channel;
    Standing standing;
    std::vector<std::string> permissions;
    bool history_only;
    std::string who;
  };
  struct Publish {
    std::string type;
    Standing standing;
  };
  // What an event names: the ids that a standing looks at.
  struct Named;

  static Result<Standing> parse_standing(std::string_view who);
  static void facts_for(const Standing& standing, const Named& named, std::vector<FactKey>& keys);
  static bool stands(const Standing& standing, const Caller& caller, const Named& named,
                     const FactSet& facts);

  std::vector<Read> reads_;
  std::vector<Publish> publishes_;
  std::vector<RoleRule> roles_;
};

// What stands in ReadGrant::lifts for a channel.
std::string lift_of(std::string_view channel);

// Whether the sorted list holds it.
bool holds(const std::vector<std::string>& sorted, std::string_view text);

// What publishing takes of a service.
constexpr std::string_view kPublishPermission = "event:publish";

}  // namespace courtside
