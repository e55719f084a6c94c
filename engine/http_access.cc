#include "engine/http_access.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/base64url.h"
#include "engine/problem.h"

namespace courtside {

std::vector<std::string_view> subprotocol_offers(const HttpRequest& request) {
  std::vector<std::string_view> offers;
  for (const auto& [name, value] : request.headers) {
    if (name != "sec-websocket-protocol") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view offer = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (offer.starts_with(' ')) offer.remove_prefix(1);
      while (offer.ends_with(' ')) offer.remove_suffix(1);
      if (!offer.empty()) offers.push_back(offer);
    }
  }
  return offers;
}

namespace {

// A credential among subprotocols stands there as it is, when it has no byte that may not (a JWT
// has none), or encoded in base64url.
std::string unwrapped(std::string_view text) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  std::string decoded;
  const bool is_encoded = !text.empty() && base64url_decode(text, decoded) &&
                          std::all_of(decoded.begin(), decoded.end(), is_visible);
  return is_encoded ? decoded : std::string(text);
}

}  // namespace

std::optional<std::string> credential_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "bearer ";
  constexpr std::string_view kSubprotocol = "bearer.";
  const std::string_view header = request.header("authorization");
  if (!header.empty()) {
    const bool is_bearer = header.size() > kBearer.size() &&
                           std::equal(kBearer.begin(), kBearer.end(), header.begin(),
                                      [](char a, char b) { return a == std::tolower(b); });
    if (!is_bearer) return std::nullopt;
    return std::string(header.substr(kBearer.size()));
  }
  for (const std::string_view offer : subprotocol_offers(request)) {
    if (offer.starts_with(kSubprotocol)) return unwrapped(offer.substr(kSubprotocol.size()));
  }
  return std::string();
}

void refuse(Peer& peer, const Error& error) {
  peer.door().deny(error.code);
  tell(peer, error);
}

void tell(Peer& peer, const Error& error) {
  HttpResponse response = problem(error);
  // RFC 6750, section 3.
  if (response.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  peer.respond(response);
}

namespace {

template <typename T>
void answer(Peer& peer, const Result<T>& result, const Then<T>& then) {
  if (!result) return refuse(peer, result.error());
  then(peer, *result);
}

template <typename T, typename Ask>
void go_on(Peer& peer, Then<T> then, Ask ask) {
  const std::optional<Result<T>> known = ask(peer.shard().template later<T>(
      peer.id(), [then](Peer& later, const Result<T>& result) { answer(later, result, then); }));
  if (known) answer(peer, *known, then);
}

}  // namespace

void with_identity(Peer& peer, const HttpRequest& request, Then<Identity> then) {
  const std::optional<std::string> credential = credential_of(request);
  if (!credential) {
    return refuse(peer, {Code::unauthorized, "the credential is not `Bearer <token>`"});
  }
  const auto known = peer.identify(
      *credential,
      [then](Peer& later, const Result<Identity>& identity) { answer(later, identity, then); });
  if (known) answer(peer, *known, then);
}

void with_read_grant(Peer& peer, const Identity& identity, const std::vector<std::string>& channels,
                     ReadMode mode, Then<ReadGrant> then) {
  go_on<ReadGrant>(peer, std::move(then), [&](Access::Later<ReadGrant> later) {
    return peer.shard().engine().access.check_read(identity, channels, mode, std::move(later));
  });
}

Result<void> check_filter(const Engine& engine, const Filter& filter, const ReadGrant& grant) {
  const bool asks_who = !filter.actor.empty() || !filter.correlationid.empty();
  if (!asks_who || !engine.projections.hide_actor(filter.channels, grant.lifts)) return {};
  return fail(Code::forbidden, "a channel that hides who acted cannot be asked for it");
}

OffsetRange readable(const Engine& engine) {
  OffsetRange held = engine.log.held();
  if (engine.access.enabled()) {
    held.end = std::max(held.begin, std::min(held.end, engine.access.settled()));
  }
  return held;
}

}  // namespace courtside
