#include "engine/admission/admission.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/admission/limit_key.h"

namespace courtside {
namespace {

constexpr std::uint64_t kSecondMs = 1000;
constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
// Suggested wait: when a place will be free is unknown.
constexpr std::uint64_t kLeaseWaitMs = 5'000;
constexpr std::size_t kMonitorPlaces = 64;
constexpr std::size_t kMonitorPlacesOfAddress = 8;
// Anonymous callers get 1/kAnonymousShare of the history places.
constexpr std::uint64_t kAnonymousShare = 4;
// One caller gets 1/kCallersBodyShare of the room for bodies.
constexpr std::uint64_t kCallersBodyShare = 8;

// The largest body always fits.
std::uint64_t room_for_bodies(const Config::Limits& limits) {
  return std::max(limits.pending_body_bytes, limits.body_bytes);
}
std::uint64_t callers_room_for_bodies(const Config::Limits& limits) {
  return std::max(limits.pending_body_bytes / kCallersBodyShare, limits.body_bytes);
}

Result<void> refused_if(std::optional<std::uint64_t> wait_ms, std::string_view what) {
  if (!wait_ms) return {};
  return tl::unexpected(rate_limited(what, *wait_ms));
}

Result<Quota::Lease> leased(std::optional<Quota::Lease> lease, std::string_view what) {
  if (!lease) return tl::unexpected(rate_limited(what, kLeaseWaitMs));
  return std::move(*lease);
}

// Of the places for history files, those for callers without a token.
std::size_t anonymous_share(const Config::Limits& limits) {
  return std::max<std::uint64_t>(1, limits.history_streams / kAnonymousShare);
}

bool has_rates(const Identity& identity) {
  return identity.kind == Identity::Kind::kAccount || identity.kind == Identity::Kind::kAnonymous;
}

// The key that limits count the caller by.
LimitKey key_of(const Identity& identity, std::string_view address) {
  if (identity.kind == Identity::Kind::kAccount) return LimitKey::of_account(identity.actor);
  return LimitKey::of_address(address);
}

}  // namespace

Error rate_limited(std::string_view what, std::uint64_t wait_ms) {
  JsonObject details;
  details.number("retryafter", wait_ms);
  return {Code::rate_limited, format("{}: come back in {} ms", what, wait_ms), details.take()};
}

Admission::Admission(const Config& config, NetworkList proxies)
    : proxies_(std::make_shared<const NetworkList>()),
      is_exposed_(courtside::is_exposed(config)),
      has_tls_(courtside::has_tls(config)),
      failed_logins_({.count = 0, .per_ms = kMinuteMs}),
      subscribes_({.count = 0, .per_ms = kSecondMs}),
      publishes_({.count = 0, .per_ms = kSecondMs}),
      monitors_(kMonitorPlaces),
      monitors_of_address_(kMonitorPlacesOfAddress),
      tickets_({.lifetime_ms = config.access.ticket_lifetime_ms,
                .tickets_max = config.limits.tickets,
                .per_holder_max = 0}) {
  apply(config, std::move(proxies));
}

void Admission::apply(const Config& config, NetworkList proxies) {
  const Config::Limits& limits = config.limits;
  memory_.set_bytes(limits.memory_bytes);
  proxies_.set(std::make_shared<const NetworkList>(std::move(proxies)));
  reads_per_caller_ = limits.history_reads_per_account;
  failed_logins_.set_count(limits.failed_logins_per_minute);
  subscribes_.set_count(limits.subscribes_per_second);
  publishes_.set_count(limits.publishes_per_second);
  connections_.set_most(limits.connections);
  addresses_.set_most(limits.connections_per_address);
  accounts_.set_most(limits.connections_per_account);
  tickets_.set_per_holder_max(limits.connections_per_account);
  anonymous_sessions_.set_most(limits.anonymous_sessions);
  anonymous_subscriptions_.set_most(limits.anonymous_subscriptions);
  anonymous_channels_.set_most(limits.anonymous_channels);
  histories_.set_most(limits.history_streams);
  anonymous_histories_.set_most(anonymous_share(limits));
  callers_histories_.set_most(limits.history_streams_per_account);
  bodies_.set_most(room_for_bodies(limits));
  callers_bodies_.set_most(callers_room_for_bodies(limits));
}

bool Admission::admits_peer(std::string_view address) const {
  if (!is_exposed_ || has_tls_) return true;
  const std::optional<AddressBytes> bytes = address_bytes(address);
  return (bytes && is_loopback(*bytes)) || is_proxy(address);
}

Result<void> Admission::count_failed_login(std::string_view address, std::uint64_t now_ms) {
  return refused_if(failed_logins_.take(LimitKey::of_address(address).text(), now_ms),
                    "too many failed log-ins from this address");
}

void Admission::warn_of_unlisted_proxy(std::string_view peer, std::uint64_t now_ms) {
  std::uint64_t next_ms = next_proxy_warning_ms_.load(std::memory_order_relaxed);
  if (now_ms < next_ms ||
      !next_proxy_warning_ms_.compare_exchange_strong(next_ms, now_ms + kHourMs)) {
    return;
  }
  log_warning("admission",
              format("a request from {} names the client of a proxy, and trusted_proxies does not "
                     "list it: all its clients count as one address",
                     peer));
}

Result<void> Admission::take_subscribe(const Identity& identity, std::string_view address,
                                       std::uint64_t now_ms) {
  if (!has_rates(identity)) return {};
  return refused_if(subscribes_.take(key_of(identity, address).text(), now_ms),
                    "too many subscribes per second");
}

Result<void> Admission::take_publish(const Identity& identity, std::string_view address,
                                     std::uint64_t now_ms) {
  if (!has_rates(identity)) return {};
  return refused_if(publishes_.take(key_of(identity, address).text(), now_ms),
                    "too many publishes or audited reads per second");
}

void Admission::spend_publishes(const Identity& identity, std::string_view address,
                                std::uint64_t now_ms, std::uint64_t events) {
  if (has_rates(identity)) publishes_.spend(key_of(identity, address).text(), now_ms, events);
}

Result<Quota::Lease> Admission::lease_connection() {
  std::optional<Quota::Lease> lease = connections_.acquire("");
  if (!lease) return fail(Code::overloaded, "the server has too many connections: try again later");
  return std::move(*lease);
}

Result<Admission::MonitorLeases> Admission::lease_monitor(const std::string& address) {
  auto of_address = monitors_of_address_.acquire(std::string(LimitKey::of_address(address).text()));
  auto of_all = of_address ? monitors_.acquire("") : std::nullopt;
  if (of_all) return MonitorLeases{std::move(*of_all), std::move(*of_address)};
  const Result<void> admitted = memory_.admit(NewWork::kConnection);
  if (!admitted) return fail(admitted.error());
  return MonitorLeases();  // there is memory again
}

Result<Quota::Lease> Admission::lease_address(const std::string& address) {
  return leased(addresses_.acquire(std::string(LimitKey::of_address(address).text())),
                "too many connections from this address");
}

Result<Quota::Lease> Admission::lease_session(const Identity& identity, std::string_view address) {
  if (identity.kind == Identity::Kind::kAccount) {
    return leased(accounts_.acquire(identity.actor), "too many connections of this account");
  }
  if (identity.kind != Identity::Kind::kAnonymous) return Quota::Lease();
  return leased(anonymous_sessions_.acquire(std::string(LimitKey::of_address(address).text())),
                "too many sessions without a token from this address");
}

Result<Admission::SubscriptionLeases> Admission::lease_subscription(const Identity& identity,
                                                                    std::string_view address,
                                                                    std::size_t channels) {
  SubscriptionLeases place;
  if (identity.kind != Identity::Kind::kAnonymous) return place;
  const std::string key(LimitKey::of_address(address).text());
  auto of_subscriptions = leased(anonymous_subscriptions_.acquire(key),
                                 "too many subscriptions without a token from this address");
  if (!of_subscriptions) return fail(of_subscriptions.error());
  auto of_channels = leased(anonymous_channels_.acquire(key, channels),
                            "too many channels without a token from this address");
  if (!of_channels) return fail(of_channels.error());
  place.of_subscriptions = std::move(*of_subscriptions);
  place.of_channels = std::move(*of_channels);
  return place;
}

Result<Admission::HistoryLeases> Admission::lease_history(const Identity& identity,
                                                          std::string_view address) {
  HistoryLeases place;
  if (const auto admitted = memory_.admit(NewWork::kHistory); !admitted) {
    return fail(admitted.error());
  }
  if (has_rates(identity)) {
    auto of_caller =
        leased(callers_histories_.acquire(std::string(key_of(identity, address).text())),
               "too many history files at a time");
    if (!of_caller) return fail(of_caller.error());
    place.of_caller = std::move(*of_caller);
  }
  if (identity.kind == Identity::Kind::kAnonymous) {
    auto of_anonymous = anonymous_histories_.acquire("");
    if (!of_anonymous) {
      return fail(Code::overloaded,
                  "too many callers without a token read history files: try again later");
    }
    place.of_anonymous = std::move(*of_anonymous);
  }
  std::optional<Quota::Lease> of_all = histories_.acquire("");
  if (!of_all)
    return fail(Code::overloaded, "too many history files are being sent: try again later");
  place.of_all = std::move(*of_all);
  return place;
}

Result<Admission::BodyLeases> Admission::lease_body(const Identity& identity,
                                                    std::string_view address,
                                                    std::size_t bytes_max) {
  BodyLeases room;
  if (const auto admitted = memory_.admit(NewWork::kBody); !admitted) {
    return fail(admitted.error());
  }
  if (has_rates(identity)) {
    auto of_caller =
        callers_bodies_.acquire(std::string(key_of(identity, address).text()), bytes_max);
    if (!of_caller) {
      return fail(Code::overloaded, "too many request bodies of this caller: send them in turn");
    }
    room.of_caller = std::move(*of_caller);
  }
  auto of_all = bodies_.acquire("", bytes_max);
  if (!of_all) {
    return fail(Code::overloaded, "too many request bodies are being received: try again later");
  }
  room.of_all = std::move(*of_all);
  return room;
}

ReadCaller Admission::read_caller(const Identity& identity, std::string_view address) const {
  if (has_rates(identity)) {
    return {.key = std::string(key_of(identity, address).text()), .reads_max = reads_per_caller_};
  }
  return {.key = "service " + identity.actor, .reads_max = 0};
}

}  // namespace courtside
