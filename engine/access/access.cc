#include "engine/access/access.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "engine/access/publish_refusal.h"
#include "schema/channel.h"
#include "schema/pattern.h"

namespace courtside {
namespace {

// A read leaves an audit trace when it shows another account's data, or when only the right to `*`
// allows it.
bool leaves_trace(const Identity& identity, std::string_view channel, ReadRight right) {
  if (channel == "*" || channel == "user:*") return true;
  if (is_own_channel(identity, channel)) return false;
  return right == ReadRight::kToAll || channel_kind(channel) == "user";
}

tl::unexpected<Error> expired() { return fail(Code::token_expired, "the token has expired"); }

tl::unexpected<Error> revoked(std::string message) {
  return fail(Code::unauthorized, std::move(message), R"({"reason":"revoked"})");
}

// Facts that are being loaded. The last one to arrive makes the decision.
template <typename T>
struct Gathering {
  std::mutex mutex;
  std::size_t missing = 0;
  FactSet facts;
  std::optional<Error> failure;
  std::function<Result<T>(const FactSet&)> decide;
  std::function<void(Result<T>)> later;
};

// Loads the missing facts, then calls `decide`.
template <typename T>
void gather(FactCache& cache, const std::vector<FactKey>& missing, FactSet known,
            std::function<Result<T>(const FactSet&)> decide, Access::Later<T> later) {
  auto gathering = std::make_shared<Gathering<T>>();
  gathering->missing = missing.size();
  gathering->facts = std::move(known);
  gathering->decide = std::move(decide);
  gathering->later = std::move(later);
  for (const FactKey& key : missing) {
    cache.get(key, [gathering, key](Result<SharedFact> fact) {
      {
        const std::lock_guard lock(gathering->mutex);
        if (fact) {
          gathering->facts.add(key, std::move(*fact));
        } else {
          gathering->failure = fact.error();
        }
        if (--gathering->missing > 0) return;
      }
      gathering->later(gathering->failure ? Result<T>(fail(*gathering->failure))
                                          : gathering->decide(gathering->facts));
    });
  }
}

}  // namespace

Error rights_change_too_fast() {
  return {Code::overloaded, "rights change too fast to be looked up"};
}

bool is_own_channel(const Identity& identity, std::string_view channel) {
  return identity.kind == Identity::Kind::kAccount && channel_kind(channel) == "user" &&
         channel_id(channel) == identity.actor;
}

bool is_failed_login(const Error& error) {
  return error.code == Code::unauthorized && error.details.empty();
}

Access::Access(const Config& config, const AccessRules& rules, FactCache& facts, Identify identify,
               WallClock clock, LookUpKey look_up_key, IdentifyCertificate identify_certificate)
    : rules_(rules),
      facts_(facts),
      identify_(std::move(identify)),
      clock_(std::move(clock)),
      look_up_key_(std::move(look_up_key)),
      identify_certificate_(std::move(identify_certificate)),
      has_database_(!config.database.url.empty()),
      leeway_s_(static_cast<std::int64_t>(config.access.jwt_leeway_s)),
      room_fanout_max_(config.access.room_fanout),
      revocations_(leeway_s_) {
  for (const ProjectionRule& rule : config.projections) {
    if (!rule.unless_permission.empty()) unmasking_permissions_.push_back(rule.unless_permission);
    if (!rule.who.empty()) partial_.push_back({rule.channel, rule.who});
  }
  std::sort(unmasking_permissions_.begin(), unmasking_permissions_.end());
  unmasking_permissions_.erase(
      std::unique(unmasking_permissions_.begin(), unmasking_permissions_.end()),
      unmasking_permissions_.end());
}

// Adds the fresh facts to `known` and returns the keys of the others.
std::vector<FactKey> Access::look_up(std::vector<FactKey> keys, FactSet& known) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<FactKey> missing;
  for (FactKey& key : keys) {
    if (SharedFact fact = facts_.find(key)) {
      known.add(std::move(key), std::move(fact));
    } else {
      missing.push_back(std::move(key));
    }
  }
  return missing;
}

// ---------------------------------------------------------------------------------------------
// Identity.

bool Access::asks_database(const Identity& identity) const {
  return has_database_ && identity.kind == Identity::Kind::kAccount;
}

std::optional<Result<Identity>> Access::identify(std::optional<std::string_view> credential,
                                                 Later<Identity> later,
                                                 const std::optional<std::string>& client_name) {
  if (!enabled()) {
    return Identity{.kind = Identity::Kind::kAdministrator, .actor = "admin"};
  }
  if (!credential && !client_name) return Identity{};
  if (!credential) return identify_certificate_(*client_name);
  if (credential->empty()) return fail(Code::unauthorized, "the token is empty");
  Result<Identity> identity = identify_(*credential, now_s());
  if (!identity) return identity;
  return confirm(*identity, std::move(later));
}

std::optional<Result<Identity>> Access::confirm(const Identity& identity, Later<Identity> later) {
  if (const auto good = check_credential(identity); !good) return fail(good.error());
  if (is_over(identity)) return expired();
  if (!asks_database(identity)) return identity;
  FactSet known;
  const auto missing = look_up({{FactKind::kAccount, identity.actor}}, known);
  if (missing.empty()) return decide_identity(identity, known);
  gather<Identity>(
      facts_, missing, std::move(known),
      [this, identity](const FactSet& facts) { return decide_identity(identity, facts); },
      std::move(later));
  return std::nullopt;
}

Result<Identity> Access::decide_identity(const Identity& identity, const FactSet& facts) const {
  // The credential may have ended while the facts were loading; rights_of() checks it. Same below.
  const auto rights = rights_of(identity, facts);
  if (!rights) return fail(rights.error());
  if (is_over(identity)) return expired();
  if (!(*rights)->is_active) return fail(Code::forbidden, "the account is not active");
  return identity;
}

Result<KeyRights> Access::key_rights(const Identity& identity) const {
  if (is_revoked(identity)) return revoked("the token was revoked");
  const bool has_key =
      identity.kind == Identity::Kind::kAccount || identity.kind == Identity::Kind::kService;
  if (!has_key || !look_up_key_) return KeyRights{.permissions = identity.permissions};
  std::optional<KeyRights> rights = look_up_key_(identity);
  if (rights) return std::move(*rights);
  return revoked(identity.kind == Identity::Kind::kService
                     ? "the service's key was taken away"
                     : "the key that signed the token was taken away");
}

Result<void> Access::check_credential(const Identity& identity) const {
  const Result<KeyRights> rights = key_rights(identity);
  if (!rights) return fail(rights.error());
  return {};
}

Result<std::shared_ptr<const AccountFact>> Access::rights_of(const Identity& identity,
                                                             const FactSet& facts) const {
  static const auto nothing = std::make_shared<const AccountFact>();
  Result<KeyRights> of_key = key_rights(identity);
  if (!of_key) return fail(of_key.error());
  if (identity.kind == Identity::Kind::kAnonymous) return nothing;
  if (asks_database(identity)) {
    const auto* account = facts.find<AccountFact>(FactKind::kAccount, identity.actor);
    // The facts own it and outlive the decision.
    return account == nullptr ? nothing : std::shared_ptr<const AccountFact>(nothing, account);
  }
  AccountFact claimed;
  claimed.is_active = true;
  claimed.role = identity.role;
  if (identity.kind != Identity::Kind::kAccount) {
    claimed.permissions = std::move(of_key->permissions);
  } else {
    claimed.permissions = identity.claims_permissions ? identity.permissions
                                                      : rules_.permissions_of_role(identity.role);
  }
  claimed.venues = identity.venues;
  return std::make_shared<const AccountFact>(std::move(claimed));
}

// ---------------------------------------------------------------------------------------------
// Reading and publishing.

std::optional<Result<ReadGrant>> Access::check_read(const Identity& identity,
                                                    const std::vector<std::string>& channels,
                                                    ReadMode mode, bool all,
                                                    Later<ReadGrant> later) {
  if (identity.kind == Identity::Kind::kAdministrator) {
    ReadGrant all_of_it{.channels = channels, .unmasked_permissions = unmasking_permissions_};
    for (const std::string& channel : channels) {
      if (has_projection_by_who(channel))
        all_of_it.unmasked_permissions.push_back(unmask_key(channel));
    }
    std::sort(all_of_it.unmasked_permissions.begin(), all_of_it.unmasked_permissions.end());
    return all_of_it;
  }
  std::vector<FactKey> keys;
  if (asks_database(identity)) keys.push_back({FactKind::kAccount, identity.actor});
  for (const std::string& channel : channels) rules_.facts_for_reading(identity, channel, keys);
  FactSet known;
  const auto missing = look_up(std::move(keys), known);
  if (missing.empty()) return decide_read(identity, channels, mode, all, known);
  gather<ReadGrant>(
      facts_, missing, std::move(known),
      [this, identity, channels, mode, all](const FactSet& facts) {
        return decide_read(identity, channels, mode, all, facts);
      },
      std::move(later));
  return std::nullopt;
}

// Without a database, a channel that the token names is readable.
bool Access::is_claimed(const Identity& identity, std::string_view channel) const {
  if (has_database_) return false;
  return std::any_of(
      identity.channels.begin(), identity.channels.end(),
      [channel](const std::string& pattern) { return matches_channel(pattern, channel); });
}

// Whether a projection hides parts of the channel (or of a channel that the pattern matches) from
// some readers.
bool Access::has_projection_by_who(std::string_view channel) const {
  return std::any_of(partial_.begin(), partial_.end(), [channel](const Partial& partial) {
    return matches_channel(partial.channel, channel) || matches_channel(channel, partial.channel);
  });
}

// Whether it may read the channel by another rule than the projection's `who`.
bool Access::reads_by_other_rule(const Caller& caller, std::string_view channel, ReadMode mode,
                                 const FactSet& facts) const {
  return std::any_of(partial_.begin(), partial_.end(), [&](const Partial& partial) {
    return matches_channel(partial.channel, channel) &&
           rules_.may_read(caller, channel, mode, facts, partial.who);
  });
}

Result<ReadGrant> Access::decide_read(const Identity& identity,
                                      const std::vector<std::string>& channels, ReadMode mode,
                                      bool all, const FactSet& facts) const {
  const auto known = rights_of(identity, facts);
  if (!known) return fail(known.error());
  const AccountFact& rights = **known;
  const Caller caller{identity, rights};
  const std::vector<std::string> everything = {"*"};
  ReadGrant grant;
  std::string refused;
  for (const std::string& channel : channels.empty() ? everything : channels) {
    const ReadRight right = is_claimed(identity, channel)
                                ? ReadRight::kToChannel
                                : rules_.read_right(caller, channel, mode, facts);
    if (right != ReadRight::kNone) {
      grant.channels.push_back(channel);
      if (leaves_trace(identity, channel, right)) grant.traced.push_back(channel);
    } else if (refused.empty()) {
      refused = channel;
    }
  }
  if (!refused.empty() && (all || grant.channels.empty())) {
    JsonObject details;
    details.text("channel", refused);
    if (identity.kind == Identity::Kind::kAnonymous) {
      return fail(Code::unauthorized, format("reading `{}` takes a token", refused),
                  details.take());
    }
    return fail(Code::forbidden, format("you may not read `{}`", refused), details.take());
  }
  // With check_read_any, one channel that needs no trace is reason enough for the read.
  grant.audited = all ? !grant.traced.empty() : grant.traced.size() == grant.channels.size();
  // A reader that may read `*` sees every field.
  const bool sees_all = rules_.may_read(caller, "*", mode, facts);
  for (const std::string& permission : unmasking_permissions_) {
    if (sees_all || holds(rights.permissions, permission))
      grant.unmasked_permissions.push_back(permission);
  }
  for (const std::string& channel : grant.channels) {
    if (!has_projection_by_who(channel)) continue;
    const bool is_lifted = sees_all || is_claimed(identity, channel) ||
                           reads_by_other_rule(caller, channel, mode, facts);
    if (is_lifted) grant.unmasked_permissions.push_back(unmask_key(channel));
  }
  std::sort(grant.unmasked_permissions.begin(), grant.unmasked_permissions.end());
  return grant;
}

Result<void> Access::check_publisher(const Identity& identity) const {
  const Result<KeyRights> rights = key_rights(identity);
  if (!rights) return fail(rights.error());
  if (identity.kind == Identity::Kind::kAnonymous) return fail(publishing_takes_a_token());
  if (identity.kind == Identity::Kind::kService &&
      !holds(rights->permissions, kPublishPermission)) {
    return fail(lacks_publish_permission(kPublishPermission));
  }
  return {};
}

std::optional<Result<PublishGrant>> Access::check_publish(const Identity& identity, EventView event,
                                                          Later<PublishGrant> later) {
  const std::uint64_t as_of = changes();
  if (identity.kind == Identity::Kind::kAdministrator) return PublishGrant{.as_of = as_of};
  std::vector<FactKey> keys;
  if (asks_database(identity)) keys.push_back({FactKind::kAccount, identity.actor});
  rules_.facts_for_publishing(identity, event, keys);
  FactSet known;
  const auto missing = look_up(std::move(keys), known);
  if (missing.empty()) return decide_publish(identity, event, known, as_of);
  gather<PublishGrant>(
      facts_, missing, std::move(known),
      [this, identity, bytes = std::string(event.bytes()), as_of](const FactSet& facts) {
        return decide_publish(identity, EventView(bytes), facts, as_of);
      },
      std::move(later));
  return std::nullopt;
}

// The known author of a message may be outdated: another account's event may be on its way into the
// log.
bool Access::claims_message(const Identity& identity, EventView event) {
  if (identity.kind != Identity::Kind::kAccount) return true;
  const auto change = rights_change(event);
  if (!change || change->fact.kind != FactKind::kMessage) return true;
  return claims_.claim(change->fact.id, identity.actor);
}

Result<PublishGrant> Access::decide_publish(const Identity& identity, EventView event,
                                            const FactSet& facts, std::uint64_t as_of) {
  const auto rights = rights_of(identity, facts);
  if (!rights) return fail(rights.error());
  const Result<void> may = rules_.check_publish({identity, **rights}, event, facts);
  if (!may) return fail(may.error());
  if (!claims_message(identity, event)) return fail(message_is_anothers());
  PublishGrant grant{.channels = {}, .as_of = as_of};
  if (identity.kind != Identity::Kind::kAccount || !is_channel(event.subject())) return grant;
  const auto* room = facts.find<RoomFact>(FactKind::kRoom, channel_id(event.subject()));
  if (room == nullptr || channel_kind(event.subject()) != "chat") return grant;
  // Participants of a large room receive the event only through the room's channel.
  if (room->participants.size() > room_fanout_max_) return grant;
  for (const std::string& participant : room->participants) {
    grant.channels.push_back("user:" + participant);
  }
  return grant;
}

// ---------------------------------------------------------------------------------------------
// Ending rights.

bool Access::revokes(const RightsChange& change) const {
  return change.revokes_credentials ||
         (change.ends_rights && change.fact.kind == FactKind::kAccount && !has_database_);
}

void Access::on_change(const RightsChange& change, Timestamp recorded) {
  facts_.forget(change.fact);
  if (change.ends_rights) changes_.fetch_add(1, std::memory_order_release);
  if (revokes(change)) revocations_.add(change.fact.id, recorded);
}

std::int64_t Access::now_s() const { return clock_().value() / kMicrosPerSecond; }

bool Access::is_over(const Identity& identity) const {
  return identity.expires_s && *identity.expires_s + leeway_s_ <= now_s();
}

bool Access::is_revoked(const Identity& identity) const {
  return identity.kind == Identity::Kind::kAccount &&
         revocations_.is_revoked(identity.actor, identity.issued);
}

}  // namespace courtside
