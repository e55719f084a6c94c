#include "engine/http/http_access.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/ascii.h"
#include "base/base64url.h"
#include "base/format.h"
#include "engine/history/query_parameters.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "transport/http_text.h"

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

// A credential in a subprotocol is either plain (possible for a JWT) or base64url-encoded.
std::string unwrapped(std::string_view text) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  std::string decoded;
  const bool is_encoded = !text.empty() && base64url_decode(text, decoded) &&
                          std::all_of(decoded.begin(), decoded.end(), is_visible);
  return is_encoded ? decoded : std::string(text);
}

}  // namespace

namespace {

tl::unexpected<Error> not_a_bearer() {
  return fail(Code::unauthorized, "the credential is not `Bearer <token>`");
}

// RFC 9110, section 11.4: case-insensitive scheme, one or more spaces, the token.
Result<std::optional<std::string>> bearer_of(std::string_view header) {
  constexpr std::string_view kScheme = "bearer";
  const bool is_bearer = header.size() > kScheme.size() && header[kScheme.size()] == ' ' &&
                         equals_ignoring_case(header.substr(0, kScheme.size()), kScheme);
  if (!is_bearer) return not_a_bearer();
  header.remove_prefix(kScheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  if (header.empty()) return not_a_bearer();
  return std::string(header);
}

}  // namespace

Result<std::optional<std::string>> credential_of(const HttpRequest& request) {
  constexpr std::string_view kSubprotocol = "bearer.";
  const auto is_credential = [](const auto& header) { return header.first == "authorization"; };
  const HttpHeaders& headers = request.headers;
  const auto header = std::find_if(headers.begin(), headers.end(), is_credential);
  if (header != headers.end()) {
    // Refuse two: a proxy that uses the other one would see another identity.
    if (std::any_of(std::next(header), headers.end(), is_credential)) {
      return fail(Code::unauthorized, "there are two credentials");
    }
    return bearer_of(header->second);
  }
  for (const std::string_view offer : subprotocol_offers(request)) {
    if (!offer.starts_with(kSubprotocol)) continue;
    std::string token = unwrapped(offer.substr(kSubprotocol.size()));
    if (token.empty()) return fail(Code::unauthorized, "the token is empty");
    return token;
  }
  return std::nullopt;
}

Result<std::optional<std::string>> ticket_of(const HttpRequest& request) {
  std::optional<std::string> ticket;
  const Result<std::vector<Parameter>> parameters = parse_query(request.query());
  if (!parameters) return fail(parameters.error());
  for (const Parameter& each : *parameters) {
    if (each.first != kTicketParameter) continue;
    if (ticket) return bad_parameter(each, "is there twice");
    if (each.second.empty()) return bad_parameter(each, "must not be empty");
    ticket = each.second;
  }
  if (!ticket) return ticket;
  const auto credential = credential_of(request);
  if (!credential || *credential) {
    return fail(Code::bad_request, "a ticket cannot be combined with another credential");
  }
  return ticket;
}

Result<void> check_query(const HttpRequest& request) {
  if (request.query().empty()) return {};
  const Result<std::vector<Parameter>> parameters = parse_query(request.query());
  if (!parameters) return {};  // the path's own parser reports it
  const bool takes_ticket = (request.method == "GET" || request.method == "HEAD") &&
                            (request.path() == "/v1/ws" || asks_for_stream(request));
  for (const Parameter& each : *parameters) {
    if (each.first == "token" || each.first == "access_token") {
      return fail(Code::bad_request,
                  "a token has no place in a query: send `Authorization`, or a "
                  "ticket of POST /v1/tickets");
    }
    if (each.first == kTicketParameter && !takes_ticket) {
      return bad_parameter(each, "is only for an event stream or a WebSocket");
    }
  }
  return {};
}

Result<void> check_plain_body(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name != "content-encoding") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view coding = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (coding.empty() || equals_ignoring_case(coding, "identity")) continue;
      return fail(Code::unsupported_media_type,
                  "a compressed body is not accepted: send it without Content-Encoding",
                  R"({"known":["identity"]})");
    }
  }
  return {};
}

void refuse(Exchange& exchange, const Error& error) {
  exchange.admission().deny(error);
  respond_error(exchange, error);
}

void respond_error(Exchange& exchange, const Error& error) {
  HttpResponse response = problem(error);
  // RFC 6750, section 3.
  if (response.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  // RFC 9110, section 15.5.16: name the accepted codings, because the request's coding may be the
  // reason.
  if (response.status == 415) response.headers.emplace_back("accept-encoding", "identity");
  exchange.respond(response);
}

namespace {

template <typename T>
void answer(Exchange& exchange, const Result<T>& result, const Then<T>& then) {
  if (!result) return refuse(exchange, result.error());
  then(exchange, *result);
}

template <typename T, typename Ask>
void answer_when_known(Exchange& exchange, Then<T> then, Ask ask) {
  const std::optional<Result<T>> known = ask(exchange.template later<T>(
      [then](Exchange& later, const Result<T>& result) { answer(later, result, then); }));
  if (known) answer(exchange, *known, then);
}

}  // namespace

void with_identity(Exchange& exchange, const HttpRequest& request, Then<Identity> then) {
  const Exchange::Identified identified =
      [then](Exchange& later, const Result<Identity>& identity) { answer(later, identity, then); };
  const Result<std::optional<std::string>> ticket = ticket_of(request);
  if (!ticket) return refuse(exchange, ticket.error());
  if (*ticket) {
    if (const auto known = exchange.redeem(**ticket, identified)) answer(exchange, *known, then);
    return;
  }
  const Result<std::optional<std::string>> credential = credential_of(request);
  if (!credential) return refuse(exchange, credential.error());
  if (const auto known = exchange.identify(*credential, identified)) answer(exchange, *known, then);
}

void with_body(Exchange& exchange, const HttpRequest& request, const Identity& sender,
               Exchange::Received then) {
  if (!request.has_body()) {
    RequestBody none;
    return then(exchange, none);
  }
  auto room = exchange.admission().lease_body(sender, request.body_bytes_max);
  if (!room) return respond_error(exchange, room.error());
  exchange.read_body(std::move(*room), std::move(then));
}

void with_read_grant(Exchange& exchange, const Identity& identity,
                     const std::vector<std::string>& channels, ReadMode mode,
                     Then<ReadGrant> then) {
  answer_when_known<ReadGrant>(exchange, std::move(then), [&](Access::Later<ReadGrant> later) {
    return exchange.services().access.check_read(identity, channels, mode, std::move(later));
  });
}

Result<void> check_filter(const Services& services, const Filter& filter, const ReadGrant& grant) {
  const bool filters_by_actor = !filter.actor.empty() || !filter.correlationid.empty();
  if (!filters_by_actor ||
      !services.projections.hide_actor(filter.channels, grant.unmasked_permissions))
    return {};
  return fail(Code::forbidden,
              "a channel that hides the actor cannot be filtered by actor or correlationid");
}

OffsetRange readable(const Services& services) {
  OffsetRange held = services.log.held();
  if (services.access.enabled()) {
    held.end = std::max(held.begin, std::min(held.end, services.access.settled()));
  }
  return held;
}

void method_not_allowed(Exchange& exchange, std::string_view allowed, std::string_view hint) {
  HttpResponse response =
      problem({Code::method_not_allowed, format("this path accepts {}{}", allowed, hint)});
  response.headers.emplace_back("allow", allowed);
  exchange.respond(response);
}

void identified(Exchange& exchange, HttpRequest& request, const Handler& handle) {
  const auto kept = std::make_shared<const HttpRequest>(std::move(request));
  with_identity(exchange, *kept, [kept, handle](Exchange& asker, const Identity& identity) {
    handle(asker, *kept, identity);
  });
}

}  // namespace courtside
