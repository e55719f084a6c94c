#include "engine/doors/doorway.h"

#include <optional>

#include "engine/access/access.h"
#include "engine/doors/forwarded.h"

namespace courtside {

Doorway::Doorway(Doors& doors, const Loop& loop, std::string peer, ConnectionLimit::Lease place)
    : doors_(doors), loop_(loop), place_(std::move(place)) {
  set_peer(peer);
}

void Doorway::set_peer(const std::string& peer) {
  address_ = peer;
  proxy_ = doors_.proxies().contains(peer) ? peer : std::string();
}

Result<void> Doorway::on_proxy_header(const std::string& client) {
  set_peer(client);
  return proxy_.empty() ? take_address_place() : Result<void>();
}

Result<void> Doorway::on_request(const HttpHeaders& headers) {
  if (proxy_.empty()) {
    if (names_client(headers)) doors_.warn_of_unlisted_proxy(address_, loop_.now_ms());
    return {};
  }
  address_ = forwarded_client(headers, proxy_, doors_.proxies());
  if (doors_.is_exposed() && is_forwarded_plain(headers)) {
    return fail(Code::forbidden, "plain text is not taken from other machines: use https");
  }
  return {};
}

Result<void> Doorway::take_address_place() {
  if (place_of_ == address_) return {};
  Result<ConnectionLimit::Lease> place = doors_.take_address_place(address_);
  if (!place) return fail(place.error());
  place_ = std::move(*place);
  place_of_ = address_;
  return {};
}

Result<Identity> Doorway::judged(Result<Identity> identity) {
  caller_ = identity ? identity->actor : std::string();
  if (identity || !is_failed_login(identity.error())) return identity;
  const Result<void> counted = doors_.count_failed_login(address_, loop_.now_ms());
  return counted ? std::move(identity) : Result<Identity>(fail(counted.error()));
}

Result<void> Doorway::take_place(const Identity& identity) {
  // A listed proxy that speaks for itself has no limit.
  if (!proxy_.empty() && !doors_.proxies().contains(address_)) {
    if (const Result<void> taken = take_address_place(); !taken) return taken;
  }
  if (identity.kind != Identity::Kind::kAccount || identity.actor == account_) return {};
  Result<ConnectionLimit::Lease> place = doors_.take_account_place(identity);
  if (!place) return fail(place.error());
  account_place_ = std::move(*place);
  account_ = identity.actor;
  return {};
}

Result<Identity> Doorway::admitted(Result<Identity> identity) {
  if (!identity) return identity;
  if (const Result<void> taken = take_place(*identity); !taken) return fail(taken.error());
  return identity;
}

void Doorway::deny(const Error& error) {
  const std::optional<Denial> reason = denial_of(error.code);
  if (!reason) return;
  doors_.denials().count(*reason, connection_, address_, loop_.now_ms(),
                         {.caller = caller_, .details = error.details});
}

}  // namespace courtside
