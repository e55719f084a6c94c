// The limits and lists that all connections share. One object for the whole server.
//
// Account limits apply to accounts only: services and administrators have none, and anonymous
// callers count by address. IPv6 addresses count by their /64, because one subscriber owns a whole
// /64.
//
// Threads: any. `now_ms` comes from any loop's clock; all loops read the same clock, at different
// moments.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/access/current.h"
#include "engine/access/identity.h"
#include "engine/admission/denials.h"
#include "engine/admission/memory_budget.h"
#include "engine/admission/quota.h"
#include "engine/admission/rate_limit.h"
#include "engine/admission/read_turns.h"
#include "engine/admission/tickets.h"
#include "engine/config/config.h"
#include "transport/network.h"

namespace courtside {

// rate_limited, with details {"retryafter":wait_ms} and a message with the same number.
Error rate_limited(std::string_view what, std::uint64_t wait_ms);

class Admission {
 public:
  // `proxies`: the configured proxies, parsed by check_exposure().
  Admission(const Config& config, NetworkList proxies);

  // Takes over what may change while the server runs: the proxies, and the limits that
  // reloaded_settings() names.
  void apply(const Config& config, NetworkList proxies);

  // Whether the address is that of a trusted proxy.
  bool is_proxy(std::string_view address) const { return proxies_.get()->contains(address); }
  std::shared_ptr<const NetworkList> proxies() const { return proxies_.get(); }
  // Whether other machines can connect, so that plain text is not acceptable.
  bool is_exposed() const { return is_exposed_; }
  // Whether a peer at this address may connect. Without TLS it must be on this machine or a trusted
  // proxy if other machines can connect.
  bool admits_peer(std::string_view address) const;

  // Counts an invalid credential; rate_limited when its address sent too many. A valid credential
  // is accepted even then, because many clients can share one address. An invalid one costs at most
  // reading 8 KiB and one signature check, so a flood stays cheap.
  Result<void> count_failed_login(std::string_view address, std::uint64_t now_ms);

  // A request has forwarding headers although its peer is not a trusted proxy. Logged at most once
  // an hour, because all clients behind that proxy count as one address.
  void warn_of_unlisted_proxy(std::string_view peer, std::uint64_t now_ms);

  // What the process may use. apply() sets its size, MemoryWatch feeds it.
  MemoryBudget& memory() { return memory_; }
  const MemoryBudget& memory() const { return memory_; }

  // For browsers, which cannot send a credential.
  Tickets& tickets() { return tickets_; }

  // Counts one subscribe or publish; rate_limited when the caller has too many.
  Result<void> take_subscribe(const Identity& identity, std::string_view address,
                              std::uint64_t now_ms);
  Result<void> take_publish(const Identity& identity, std::string_view address,
                            std::uint64_t now_ms);
  // Counts the further events of a request that was already admitted.
  void spend_publishes(const Identity& identity, std::string_view address, std::uint64_t now_ms,
                       std::uint64_t events);

  // A place among all connections of the server; overloaded when all are taken.
  Result<Quota::Lease> lease_connection();
  // A place for a connection that may only ask how the server is, while memory is short, so that a
  // monitor's probe does not fail: 64, and 8 of them for one address. overloaded when all are
  // taken.
  struct MonitorLeases {
    Quota::Lease of_all;
    Quota::Lease of_address;
  };
  Result<MonitorLeases> lease_monitor(const std::string& address);
  // A lease for one connection; rate_limited when the limit is reached.
  Result<Quota::Lease> lease_address(const std::string& address);
  // What a connection holds from the moment at which it is accepted.
  struct ConnectionLeases {
    Quota::Lease of_all;
    Quota::Lease of_address;  // counts nothing for a trusted proxy
    // Accepted while memory is short.
    bool is_for_monitor = false;
    MonitorLeases of_monitors = {};
  };
  // A lease for one session or stream; services and administrators need none.
  Result<Quota::Lease> lease_session(const Identity& identity, std::string_view address);
  // Leases for a subscription to so many channels. Only anonymous callers need one: rate_limited
  // when their address has its maximum.
  struct SubscriptionLeases {
    Quota::Lease of_subscriptions;
    Quota::Lease of_channels;
  };
  Result<SubscriptionLeases> lease_subscription(const Identity& identity, std::string_view address,
                                                std::size_t channels);
  // A lease for a history response of unbounded length. overloaded when all places are taken or
  // memory is short, rate_limited when this account (or this anonymous address) has its maximum.
  // Anonymous callers share a quarter of the places (at least one), so that a client with many
  // addresses cannot take the places of authenticated callers.
  struct HistoryLeases {
    Quota::Lease of_all;
    Quota::Lease of_anonymous;
    Quota::Lease of_caller;
  };
  Result<HistoryLeases> lease_history(const Identity& identity, std::string_view address);

  // Room for a request body of at most so many bytes, while it is received and checked. overloaded
  // when memory is short, when all bodies together would be too large, or those of this account (or
  // this anonymous address): one caller cannot take more than a part of the room.
  struct BodyLeases {
    Quota::Lease of_all;
    Quota::Lease of_caller;
  };
  Result<BodyLeases> lease_body(const Identity& identity, std::string_view address,
                                std::size_t bytes_max);
  std::size_t body_bytes() const { return bodies_.held(); }

  // The caller that its page and state reads count for.
  ReadCaller read_caller(const Identity& identity, std::string_view address) const;

  Denials& denials() { return denials_; }
  const Denials& denials() const { return denials_; }

 private:
  MemoryBudget memory_;
  Current<NetworkList> proxies_;
  const bool is_exposed_;
  const bool has_tls_;
  // apply() sets the limits, also at the start.
  std::atomic<std::size_t> reads_per_caller_{0};
  RateLimit failed_logins_;
  RateLimit subscribes_;
  RateLimit publishes_;
  Quota connections_{0};
  Quota monitors_;
  Quota monitors_of_address_;
  Quota addresses_{0};
  Quota accounts_{0};
  Quota anonymous_sessions_{0};
  Quota anonymous_subscriptions_{0};
  Quota anonymous_channels_{0};
  Quota histories_{0};
  Quota anonymous_histories_{0};
  Quota callers_histories_{0};
  Quota bodies_{0};
  Quota callers_bodies_{0};
  Tickets tickets_;
  std::atomic<std::uint64_t> next_proxy_warning_ms_{0};
  Denials denials_;
};

}  // namespace courtside
