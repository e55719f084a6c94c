// Who is let in, and how often: the limits and lists that all connections share, put together. One
// for the whole server.
//
// The limits of accounts are for accounts: services and administrators have none, and callers
// without a credential count under their address. IPv6 addresses count by their /64, of which one
// subscriber has all.
//
// Threads: any. `now_ms` is any loop's clock; they are one clock, read at different moments.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/identity.h"
#include "engine/config/config.h"
#include "engine/doors/connection_limit.h"
#include "engine/doors/denials.h"
#include "engine/doors/rate_limit.h"
#include "engine/doors/read_turns.h"
#include "engine/doors/tickets.h"
#include "transport/network.h"

namespace courtside {

// rate_limited, with details {"retryafter":wait_ms} and the same in words.
Error rate_limited(std::string_view what, std::uint64_t wait_ms);

class Doors {
 public:
  // `proxies`: those of the configuration, which check_exposure() has read.
  Doors(const Config& config, NetworkList proxies);

  const NetworkList& proxies() const { return proxies_; }
  // Whether other machines can reach us, for whom plain text is not good enough.
  bool is_exposed() const { return is_exposed_; }
  // Whether a peer at this address may speak plain text: on this machine, or a listed proxy.
  bool admits_plain(std::string_view address) const;

  // A credential was looked at and is bad: rate_limited when too many from its address were. A good
  // one is always taken, whatever else comes from its address: many share one behind a proxy. What
  // a flood of bad ones costs is bounded by what one look costs, 8 KiB read and at most one
  // signature.
  Result<void> count_failed_login(std::string_view address, std::uint64_t now_ms);

  // A request names a client although its peer is no listed proxy: said in the log, at most once an
  // hour, since all that come through it count as one address.
  void warn_of_unlisted_proxy(std::string_view peer, std::uint64_t now_ms);

  // Of callers whose browser cannot send a credential.
  Tickets& tickets() { return tickets_; }

  // rate_limited, or one more is counted.
  Result<void> take_subscribe(const Identity& identity, std::string_view address,
                              std::uint64_t now_ms);
  Result<void> take_publish(const Identity& identity, std::string_view address,
                            std::uint64_t now_ms);
  // A request that was let in turned out to bring so many events more.
  void spend_publishes(const Identity& identity, std::string_view address, std::uint64_t now_ms,
                       std::uint64_t events);

  // rate_limited when there are as many as there may be at a time.
  Result<ConnectionLimit::Lease> take_address_place(const std::string& address);
  Result<ConnectionLimit::Lease> take_account_place(const Identity& identity);
  // For an answer as long as the log: overloaded when all places are taken, rate_limited when this
  // account, or an address without a credential, has as many of them as it may. Callers without a
  // credential have a quarter of the places, at least one, and no more: who has many addresses
  // cannot take those of the others.
  struct HistoryPlace {
    ConnectionLimit::Lease of_all;
    ConnectionLimit::Lease of_nobodies;
    ConnectionLimit::Lease of_caller;
  };
  Result<HistoryPlace> take_history_place(const Identity& identity, std::string_view address);

  // As whom it reads pages and states.
  ReadCaller read_caller(const Identity& identity, std::string_view address) const;

  Denials& denials() { return denials_; }
  const Denials& denials() const { return denials_; }

 private:
  const NetworkList proxies_;
  const bool is_exposed_;
  const std::size_t reads_per_caller_;
  RateLimit failed_logins_;
  RateLimit subscribes_;
  RateLimit publishes_;
  ConnectionLimit addresses_;
  ConnectionLimit accounts_;
  ConnectionLimit histories_;
  ConnectionLimit nobodies_histories_;
  ConnectionLimit callers_histories_;
  Tickets tickets_;
  std::atomic<std::uint64_t> next_proxy_warning_ms_{0};
  Denials denials_;
};

}  // namespace courtside
