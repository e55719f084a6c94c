#include "engine/doors/doors.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "engine/doors/limit_key.h"

namespace courtside {
namespace {

constexpr std::uint64_t kSecondMs = 1000;
constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
// Places come free when somebody leaves, which nobody knows.
constexpr std::uint64_t kPlaceWaitMs = 5'000;
// Of the places for history, callers without a credential have one in so many.
constexpr std::uint64_t kNobodiesShare = 4;

Result<void> refused_if(std::optional<std::uint64_t> wait_ms, std::string_view what) {
  if (!wait_ms) return {};
  return tl::unexpected(rate_limited(what, *wait_ms));
}

Result<ConnectionLimit::Lease> leased(std::optional<ConnectionLimit::Lease> lease,
                                      std::string_view what) {
  if (!lease) return tl::unexpected(rate_limited(what, kPlaceWaitMs));
  return std::move(*lease);
}

bool has_rates(const Identity& identity) {
  return identity.kind == Identity::Kind::kAccount || identity.kind == Identity::Kind::kAnonymous;
}

// Who it counts as.
LimitKey key_of(const Identity& identity, std::string_view address) {
  if (identity.kind == Identity::Kind::kAccount) return LimitKey::of_account(identity.actor);
  return LimitKey::of_address(address);
}

}  // namespace

Error rate_limited(std::string_view what, std::uint64_t wait_ms) {
  JsonObject details;
  details.number("retryafter", wait_ms);
  return {Code::rate_limited,
          std::string(what) + ": come back in " + std::to_string(wait_ms) + " ms", details.take()};
}

Doors::Doors(const Config& config, NetworkList proxies)
    : proxies_(std::move(proxies)),
      is_exposed_(courtside::is_exposed(config)),
      reads_per_caller_(config.limits.history_reads_per_account),
      failed_logins_({.count = config.limits.failed_logins_per_minute, .per_ms = kMinuteMs}),
      subscribes_({.count = config.limits.subscribes_per_second, .per_ms = kSecondMs}),
      publishes_({.count = config.limits.publishes_per_second, .per_ms = kSecondMs}),
      addresses_(config.limits.connections_per_address),
      accounts_(config.limits.connections_per_account),
      histories_(config.limits.history_streams),
      nobodies_histories_(
          std::max<std::uint64_t>(1, config.limits.history_streams / kNobodiesShare)),
      callers_histories_(config.limits.history_streams_per_account),
      tickets_({.lifetime_ms = config.access.ticket_lifetime_ms,
                .tickets_max = config.limits.tickets,
                .per_holder_max = config.limits.connections_per_account}) {}

bool Doors::admits_plain(std::string_view address) const {
  if (!is_exposed_) return true;
  const std::optional<AddressBytes> bytes = address_bytes(address);
  return (bytes && is_loopback(*bytes)) || proxies_.contains(address);
}

Result<void> Doors::count_failed_login(std::string_view address, std::uint64_t now_ms) {
  return refused_if(failed_logins_.take(LimitKey::of_address(address).text(), now_ms),
                    "too many failed log-ins from this address");
}

void Doors::warn_of_unlisted_proxy(std::string_view peer, std::uint64_t now_ms) {
  std::uint64_t next_ms = next_proxy_warning_ms_.load(std::memory_order_relaxed);
  if (now_ms < next_ms ||
      !next_proxy_warning_ms_.compare_exchange_strong(next_ms, now_ms + kHourMs)) {
    return;
  }
  log_warning("doors",
              "a request from " + std::string(peer) +
                  " names the client of a proxy, and trusted_proxies does not list it: all "
                  "its clients count as one address");
}

Result<void> Doors::take_subscribe(const Identity& identity, std::string_view address,
                                   std::uint64_t now_ms) {
  if (!has_rates(identity)) return {};
  return refused_if(subscribes_.take(key_of(identity, address).text(), now_ms),
                    "too many subscribes a second");
}

Result<void> Doors::take_publish(const Identity& identity, std::string_view address,
                                 std::uint64_t now_ms) {
  if (!has_rates(identity)) return {};
  return refused_if(publishes_.take(key_of(identity, address).text(), now_ms),
                    "too many publishes, or reads that leave a trace, a second");
}

void Doors::spend_publishes(const Identity& identity, std::string_view address,
                            std::uint64_t now_ms, std::uint64_t events) {
  if (has_rates(identity)) publishes_.spend(key_of(identity, address).text(), now_ms, events);
}

Result<ConnectionLimit::Lease> Doors::take_address_place(const std::string& address) {
  return leased(addresses_.acquire(std::string(LimitKey::of_address(address).text())),
                "too many connections from this address");
}

Result<ConnectionLimit::Lease> Doors::take_account_place(const Identity& identity) {
  if (identity.kind != Identity::Kind::kAccount) return ConnectionLimit::Lease();
  return leased(accounts_.acquire(identity.actor), "too many connections of this account");
}

Result<Doors::HistoryPlace> Doors::take_history_place(const Identity& identity,
                                                      std::string_view address) {
  HistoryPlace place;
  if (has_rates(identity)) {
    auto of_caller =
        leased(callers_histories_.acquire(std::string(key_of(identity, address).text())),
               "too many streams of history at a time");
    if (!of_caller) return fail(of_caller.error());
    place.of_caller = std::move(*of_caller);
  }
  if (identity.kind == Identity::Kind::kAnonymous) {
    auto of_nobodies = nobodies_histories_.acquire("");
    if (!of_nobodies) {
      return fail(Code::overloaded, "others without a token read history: come back later");
    }
    place.of_nobodies = std::move(*of_nobodies);
  }
  std::optional<ConnectionLimit::Lease> of_all = histories_.acquire("");
  if (!of_all) return fail(Code::overloaded, "others read history: come back later");
  place.of_all = std::move(*of_all);
  return place;
}

ReadCaller Doors::read_caller(const Identity& identity, std::string_view address) const {
  if (has_rates(identity)) {
    return {.key = std::string(key_of(identity, address).text()), .reads_max = reads_per_caller_};
  }
  return {.key = "service " + identity.actor, .reads_max = 0};
}

}  // namespace courtside
