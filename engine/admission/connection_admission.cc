#include "engine/admission/connection_admission.h"

#include <optional>
#include <utility>

#include "engine/access/access.h"
#include "engine/admission/forwarded.h"
#include "engine/admission/limit_key.h"

namespace courtside {

ConnectionAdmission::ConnectionAdmission(Admission& admission, const EventLoop& loop,
                                         std::string peer, Admission::ConnectionLeases places)
    : shared_admission_(admission), loop_(loop), places_(std::move(places)) {
  set_peer(peer);
}

void ConnectionAdmission::set_peer(const std::string& peer) {
  address_ = peer;
  proxy_ = shared_admission_.is_proxy(peer) ? peer : std::string();
}

Result<void> ConnectionAdmission::on_proxy_header(const std::string& client) {
  set_peer(client);
  return proxy_.empty() ? lease_address() : Result<void>();
}

Result<void> ConnectionAdmission::on_request(const HttpHeaders& headers) {
  if (proxy_.empty()) {
    if (names_client(headers)) shared_admission_.warn_of_unlisted_proxy(address_, loop_.now_ms());
    return {};
  }
  address_ = forwarded_client(headers, proxy_, *shared_admission_.proxies());
  if (shared_admission_.is_exposed() && is_forwarded_plain(headers)) {
    return fail(Code::forbidden, "plain text is not accepted from other machines: use https");
  }
  return {};
}

Result<void> ConnectionAdmission::lease_address() {
  if (leased_address_ == address_) return {};
  Result<Quota::Lease> place = shared_admission_.lease_address(address_);
  if (!place) return fail(place.error());
  places_.of_address = std::move(*place);
  leased_address_ = address_;
  return {};
}

Result<Identity> ConnectionAdmission::count_if_invalid(Result<Identity> identity) {
  caller_ = identity ? identity->actor : std::string();
  if (identity || !is_failed_login(identity.error())) return identity;
  const Result<void> counted = shared_admission_.count_failed_login(address_, loop_.now_ms());
  return counted ? std::move(identity) : Result<Identity>(fail(counted.error()));
}

// A trusted proxy that sends its own requests has no address limit.
Result<void> ConnectionAdmission::take_address_place() {
  if (proxy_.empty() || shared_admission_.is_proxy(address_)) return {};
  return lease_address();
}

Result<void> ConnectionAdmission::take_place(const Identity& identity) {
  if (const Result<void> taken = take_address_place(); !taken) return taken;
  std::string session_of;
  if (identity.kind == Identity::Kind::kAccount) {
    session_of = LimitKey::of_account(identity.actor).text();
  } else if (identity.kind == Identity::Kind::kAnonymous) {
    session_of = LimitKey::of_address(address_).text();
  }
  if (session_of.empty() || session_of == session_of_) return {};
  Result<Quota::Lease> place = shared_admission_.lease_session(identity, address_);
  if (!place) return fail(place.error());
  session_place_ = std::move(*place);
  session_of_ = std::move(session_of);
  return {};
}

Result<void> ConnectionAdmission::admit_request() {
  if (!places_.is_for_monitor) return {};
  if (const auto admitted = shared_admission_.memory().admit(NewWork::kConnection); !admitted) {
    return admitted;
  }
  places_.is_for_monitor = false;
  places_.of_monitors = {};
  return {};
}

Result<std::shared_ptr<const void>> ConnectionAdmission::hold_subscription(const Identity& identity,
                                                                           std::size_t channels) {
  if (identity.kind != Identity::Kind::kAnonymous) return nullptr;
  auto place = shared_admission_.lease_subscription(identity, address_, channels);
  if (!place) return fail(place.error());
  return std::make_shared<const Admission::SubscriptionLeases>(std::move(*place));
}

Result<std::shared_ptr<const void>> ConnectionAdmission::take_subscribe(const Identity& identity,
                                                                        std::size_t channels,
                                                                        bool catches_up) {
  if (catches_up) {
    const auto admitted = shared_admission_.memory().admit(NewWork::kCatchUp);
    if (!admitted) return fail(admitted.error());
  }
  const auto taken = shared_admission_.take_subscribe(identity, address_, loop_.now_ms());
  if (!taken) return fail(taken.error());
  return hold_subscription(identity, channels);
}

Result<Identity> ConnectionAdmission::with_leases(Result<Identity> identity) {
  if (!identity) return identity;
  if (const Result<void> taken = take_place(*identity); !taken) return fail(taken.error());
  return identity;
}

void ConnectionAdmission::deny(const Error& error) {
  const std::optional<Denial> reason = denial_of(error.code);
  if (!reason) return;
  shared_admission_.denials().count(*reason, connection_, address_, loop_.now_ms(),
                                    {.caller = caller_, .details = error.details});
}

}  // namespace courtside
