// Authentication and authorization for the whole engine. One object for the whole server.
//
// Each question (identify, confirm, check_*) returns its result at once when all facts are known.
// Otherwise it returns nothing and calls `later` exactly once, on any thread, when the missing
// facts have arrived. Facts are as fresh as FactCache keeps them; the event that changes a fact
// calls FactCache::forget().
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/access/access_rules.h"
#include "engine/access/fact_cache.h"
#include "engine/access/message_claims.h"
#include "engine/access/revocations.h"
#include "engine/access/rights_change.h"
#include "schema/position.h"

namespace courtside {

// What a reader may see of the channels that it asked for.
struct ReadGrant {
  std::vector<std::string> channels;  // those of the requested channels that it may read
  // What unmasks fields that a projection (ProjectionRule) hides, sorted: permissions of the
  // reader, and unmask_key(channel) when the reader may read the channel by another rule than the
  // projection's `who`.
  std::vector<std::string> unmasked_permissions;
  // The reader sees another account's data, or data that only the right to `*` opens. Such a read
  // leaves an audit trace.
  bool audited = false;
  std::vector<std::string> traced = {};  // those of `channels` that need the trace, in their order
};

// What the server adds to a published event.
struct PublishGrant {
  std::vector<std::string> channels = {};  // the own channels of a room's participants
  std::uint64_t as_of = 0;                 // changes() before the decision
};

// How often the rights for one request are checked while they change in between. After that it is
// refused with this error (overloaded).
inline constexpr int kRightsRoundsMax = 5;
Error rights_change_too_fast();

class Access {
 public:
  template <typename T>
  using Later = std::function<void(Result<T>)>;

  // Verifies a credential. `now_s`: seconds since 1970.
  using Identify = std::function<Result<Identity>(std::string_view credential, std::int64_t now_s)>;
  // The service of a certificate with this common name.
  using IdentifyCertificate = std::function<Result<Identity>(std::string_view name)>;

  // What an identity's key grants now; empty when the key was removed.
  using LookUpKey = std::function<std::optional<KeyRights>(const Identity&)>;

  using WallClock = std::function<Timestamp()>;

  // An empty `identify` means that access control is off: every caller is an administrator. Without
  // `look_up_key` the rights of a key never change. All references must outlive this object.
  Access(const Config& config, const AccessRules& rules, FactCache& facts, Identify identify,
         WallClock clock = now, LookUpKey look_up_key = {},
         IdentifyCertificate identify_certificate = {});

  bool enabled() const { return identify_ != nullptr; }

  // No credential: the service of the TLS client certificate with this name
  // (Connection::client_name), or without a certificate an anonymous identity. Errors: unauthorized
  // (also for an empty credential), token_expired, forbidden for an account that is not active.
  std::optional<Result<Identity>> identify(std::optional<std::string_view> credential,
                                           Later<Identity> later,
                                           const std::optional<std::string>& client_name = {});

  // Checks again an identity that was identified before (the holder of a ticket): its credential is
  // still valid and its token has not expired. Errors as identify().
  std::optional<Result<Identity>> confirm(const Identity& identity, Later<Identity> later);
  // The part of confirm() that needs no facts: unauthorized with reason `revoked` when the token
  // was revoked or the key was removed.
  Result<void> check_credential(const Identity& identity) const;

  // forbidden with details {"channel":...}, the first channel that it may not read; overloaded when
  // the facts cannot be looked up now. No channels means all channels, like `*`.
  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              ReadMode mode, Later<ReadGrant> later) {
    return check_read(identity, channels, mode, /*all=*/true, std::move(later));
  }
  // Like check_read, but one readable channel is enough; forbidden when none is readable.
  std::optional<Result<ReadGrant>> check_read_any(const Identity& identity,
                                                  const std::vector<std::string>& channels,
                                                  ReadMode mode, Later<ReadGrant> later) {
    return check_read(identity, channels, mode, /*all=*/false, std::move(later));
  }

  // The part of check_publish() that needs no event: unauthorized for an anonymous caller,
  // forbidden for a service that may publish nothing; errors as check_credential().
  Result<void> check_publisher(const Identity& identity) const;
  // Whether the identity may publish this event.
  std::optional<Result<PublishGrant>> check_publish(const Identity& identity, EventView event,
                                                    Later<PublishGrant> later);

  // Call it for each committed event that changes rights, in commit order, before the event is
  // delivered. `recorded` is the event's time.
  void on_change(const RightsChange& change, Timestamp recorded);
  // Whether this change revokes the credentials issued before it: because the event says so, or
  // because an account's rights ended and no database can tell its present rights.
  bool revokes(const RightsChange& change) const;

  // Service or token keys were removed or have new permissions. No later answer uses their old
  // rights.
  void on_keys_change() { changes_.fetch_add(1, std::memory_order_release); }

  // The revocation times by account. RevocationMemory fills them at start.
  Revocations& revocations() { return revocations_; }

  // Increases with every change that may end a right. A PublishGrant whose `as_of` is lower must be
  // checked again.
  std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

  // All rights changes before this offset have been applied. A read up to this offset that was
  // authorized after the offset was taken shows nothing that the reader has lost the right to.
  Offset settled() const { return Offset(settled_.load(std::memory_order_acquire)); }
  void set_applied_until(Offset offset) {
    settled_.store(offset.value(), std::memory_order_release);
  }

 private:
  std::vector<FactKey> look_up(std::vector<FactKey> keys, FactSet& known);
  // What its key grants. Errors as check_credential().
  Result<KeyRights> key_rights(const Identity& identity) const;
  // Its rights now; valid as long as `facts`. Errors as check_credential().
  Result<std::shared_ptr<const AccountFact>> rights_of(const Identity& identity,
                                                       const FactSet& facts) const;
  bool asks_database(const Identity& identity) const;
  bool is_revoked(const Identity& identity) const;
  bool is_over(const Identity& identity) const;
  bool has_projection_by_who(std::string_view channel) const;
  bool reads_by_other_rule(const Caller& caller, std::string_view channel, ReadMode mode,
                           const FactSet& facts) const;
  bool is_claimed(const Identity& identity, std::string_view channel) const;

  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              ReadMode mode, bool all, Later<ReadGrant> later);
  Result<Identity> decide_identity(const Identity& identity, const FactSet& facts) const;
  Result<ReadGrant> decide_read(const Identity& identity, const std::vector<std::string>& channels,
                                ReadMode mode, bool all, const FactSet& facts) const;
  Result<PublishGrant> decide_publish(const Identity& identity, EventView event,
                                      const FactSet& facts, std::uint64_t as_of);
  bool claims_message(const Identity& identity, EventView event);
  std::int64_t now_s() const;

  const AccessRules& rules_;
  FactCache& facts_;
  const Identify identify_;
  const WallClock clock_;
  const LookUpKey look_up_key_;
  const IdentifyCertificate identify_certificate_;
  const bool has_database_;
  const std::int64_t leeway_s_;        // added to a token's expiry
  const std::size_t room_fanout_max_;  // a room with more participants gets no per-user channels
  std::vector<std::string> unmasking_permissions_;  // each permission that unmasks some projection
  // The projections that apply only to readers who read as `who`.
  struct Partial {
    std::string channel;  // `kind:id` or `kind:*`
    std::string who;
  };
  std::vector<Partial> partial_;

  std::atomic<std::uint64_t> settled_{0};
  std::atomic<std::uint64_t> changes_{0};
  Revocations revocations_;
  MessageClaims claims_;
};

// Whether it is the account's own channel. A service of the same name does not own it.
bool is_own_channel(const Identity& identity, std::string_view channel);

// Whether an error of identify() means a credential that was never valid. Revoked and expired
// credentials do not count: after a restart all clients of a venue may reconnect from one address
// with such tokens. A bad ticket does not count either, because tickets cannot be guessed.
bool is_failed_login(const Error& error);

}  // namespace courtside
