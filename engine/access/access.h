// Who a caller is and what it may, answered from what is known, or later when something has to be
// asked first. One for the whole server.
//
// Every question answers at once where it can; else it answers nothing now and calls `later`, once,
// on any thread. Facts are as true as FactCache has them: forget() is what ends them at the event
// that changed them.
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

// What a reader of these channels sees.
struct ReadGrant {
  std::vector<std::string> channels;  // that it may read of those it asked for
  // What lifts a projection (ProjectionRule), sorted: permissions, and lift_of() a channel that it
  // may read otherwise than as the rule's `who`.
  std::vector<std::string> lifts;
  // It reads what is another account's, or what the right to `*` alone opens: that leaves a trace.
  bool audited = false;
  std::vector<std::string> traced = {};  // those of `channels` that are the reason, in their order
};

// What is added to a publisher's event.
struct PublishGrant {
  std::vector<std::string> channels = {};  // those of a room's participants
  std::uint64_t as_of = 0;                 // Access::changes() before it was decided
};

class Access {
 public:
  template <typename T>
  using Later = std::function<void(Result<T>)>;

  // Reads a credential; `now_s` in seconds since 1970.
  using Identify = std::function<Result<Identity>(std::string_view credential, std::int64_t now_s)>;

  // What an identity's key grants now; empty when it was taken away.
  using LookUpKey = std::function<std::optional<KeyRights>(const Identity&)>;

  using WallClock = std::function<Timestamp()>;

  // `identify` is empty where no access control is configured: then everybody is an administrator.
  // Without `look_up_key`, keys stay as they were when the identity came. All outlive it.
  Access(const Config& config, const AccessRules& rules, FactCache& facts, Identify identify,
         WallClock clock = now, LookUpKey look_up_key = {});

  bool enabled() const { return identify_ != nullptr; }

  // Without a credential: nobody (kAnonymous). unauthorized, also for an empty one; token_expired;
  // forbidden for an account that does not count.
  std::optional<Result<Identity>> identify(std::optional<std::string_view> credential,
                                           Later<Identity> later);

  // Whether an identity that was known before is good still, and its token has not come to its end:
  // what a ticket stands for. Errors as identify().
  std::optional<Result<Identity>> confirm(const Identity& identity, Later<Identity> later);
  // The same as far as it can be said at once: unauthorized, with the reason `revoked`, when its
  // token was revoked or its key was taken away.
  Result<void> check_credential(const Identity& identity) const;

  // forbidden with details {"channel":...} (the first that it may not read); overloaded when that
  // cannot be known for now. No channels: everything, like `*`.
  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              ReadMode mode, Later<ReadGrant> later) {
    return check_read(identity, channels, mode, /*all=*/true, std::move(later));
  }
  // The same where one of them is enough; forbidden when it may read none.
  std::optional<Result<ReadGrant>> check_read_any(const Identity& identity,
                                                  const std::vector<std::string>& channels,
                                                  ReadMode mode, Later<ReadGrant> later) {
    return check_read(identity, channels, mode, /*all=*/false, std::move(later));
  }

  // The same for publishing one event.
  std::optional<Result<PublishGrant>> check_publish(const Identity& identity, EventView event,
                                                    Later<PublishGrant> later);

  // An event that changes rights was committed; in the order of commits, before anybody acts on it.
  // `recorded` is the event's time.
  void on_change(const RightsChange& change, Timestamp recorded);
  // Whether credentials made before this change count no more: it says so, or nobody can be asked
  // what the account may now.
  bool revokes(const RightsChange& change) const;

  // Keys were taken away, or have other permissions. From here on no question is answered by what
  // they granted before.
  void on_keys_change() { changes_.fetch_add(1, std::memory_order_release); }

  // Whose tokens were revoked, and when. RevocationMemory fills it at the start.
  Revocations& revocations() { return revocations_; }

  // Grows with every change that may have ended a right. A grant for publishing that is older than
  // the last one is to be asked for again.
  std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

  // Offset before which all that changes rights has been taken in. A read that goes no further than
  // this, and was allowed after it was looked at, shows nothing that came after a right's end.
  Offset settled() const { return Offset(settled_.load(std::memory_order_acquire)); }
  void set_settled(Offset offset) { settled_.store(offset.value(), std::memory_order_release); }

 private:
  std::vector<FactKey> look_up(std::vector<FactKey> keys, FactSet& known);
  // What its key grants; the errors of check_credential.
  Result<KeyRights> key_rights(const Identity& identity) const;
  // What it holds now; no longer than the facts. The errors of check_credential.
  Result<std::shared_ptr<const AccountFact>> rights_of(const Identity& identity,
                                                       const FactSet& facts) const;
  bool asks_database(const Identity& identity) const;
  bool is_revoked(const Identity& identity) const;
  bool is_over(const Identity& identity) const;
  bool is_partly_hidden(std::string_view channel) const;
  bool reads_otherwise(const Caller& caller, std::string_view channel, ReadMode mode,
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
  const bool has_database_;
  const std::int64_t leeway_s_;        // beyond a token's end
  const std::size_t room_fanout_max_;  // participants whose own channels a message reaches
  std::vector<std::string> lifting_;   // every permission that lifts some projection
  // The projections that are for some readers alone.
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

// Whether it is the channel of the account itself; a service of the same name is somebody else.
bool is_own_channel(const Identity& identity, std::string_view channel);

// Whether the error of identify() says that somebody tried a credential that never was good. One
// that was revoked or has expired was good once: after a restart a whole venue may come back behind
// one address with such tokens. (Nor is a ticket, which nobody can guess.)
bool is_failed_login(const Error& error);

}  // namespace courtside
