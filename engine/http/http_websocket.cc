#include <array>
#include <utility>

#include "base/json.h"
#include "engine/history/query_parameters.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

struct Subprotocol {
  std::string_view name;
  const Wire& wire;
  const protocol::Codec* codec;  // null: a stream without a session
};

const std::array<Subprotocol, 3>& subprotocols() {
  static const std::array<Subprotocol, 3> known = {
      Subprotocol{"courtside.v1.json", json_wire(), &protocol::json_codec()},
      Subprotocol{"courtside.v1.flatbuffers", flatbuffers_wire(), &protocol::flatbuffers_codec()},
      Subprotocol{"cloudevents.json", cloudevents_wire(), nullptr}};
  return known;
}

// The first offer that is known; JSON when the client offers none.
const Subprotocol* choose_subprotocol(const std::vector<std::string_view>& offers) {
  for (const std::string_view offer : offers) {
    for (const Subprotocol& known : subprotocols()) {
      if (known.name == offer) return &known;
    }
  }
  return offers.empty() ? &subprotocols().front() : nullptr;
}

Error unknown_subprotocol() {
  std::string known = "[";
  for (const Subprotocol& subprotocol : subprotocols()) {
    if (known.size() > 1) known.push_back(',');
    append_json_string(known, subprotocol.name);
  }
  known.push_back(']');
  JsonObject details;
  details.raw("known", known);
  return {Code::unsupported_protocol, "none of the offered subprotocols is known", details.take()};
}

// What is agreed on with the client, without the subprotocol.
UpgradeTerms upgrade_terms(const Config& config, const HttpRequest& request) {
  UpgradeTerms terms;
  if (config.deflate) terms.deflate = agree_on_deflate(request.headers);
  return terms;
}

// A session may authenticate with `hello`. A stream, or a credential in the request, is checked
// before the upgrade, so that a refusal is an HTTP response.
void open_websocket(Exchange& exchange, const HttpRequest& request, const Subprotocol& subprotocol,
                    bool is_offered) {
  UpgradeTerms terms = upgrade_terms(*exchange.services().config.get(), request);
  const Wire& wire =
      terms.deflate ? subprotocol.wire.deflated(terms.deflate->window_bits) : subprotocol.wire;
  // Name no subprotocol to a client that offered none: it would have to fail the connection (RFC
  // 6455, section 4.1).
  if (is_offered) terms.subprotocol = subprotocol.name;
  if (subprotocol.codec == nullptr) {
    const Result<HistoryQuery> query = parse_history_query(
        request.query(), exchange.services().config.get()->limits.history_events, now());
    if (!query) return exchange.respond(problem(query.error()));
    return with_identity(
        exchange, request,
        [request, query = *query, &wire, terms](Exchange& asker, const Identity& who) {
          open_stream(asker, request, who, query, wire, terms);
        });
  }
  const Result<void> known =
      for_each_parameter(request.query(), {}, [](const Parameter& parameter) {
        return parameter.first == kTicketParameter ? Result<void>() : unknown_parameter(parameter);
      });
  if (!known) return exchange.respond(problem(known.error()));
  const Result<std::optional<std::string>> credential = credential_of(request);
  if (request.query().empty() && credential && !*credential) {
    if (const Result<void> taken = exchange.admission().take_address_place(); !taken) {
      return refuse(exchange, taken.error());
    }
    return exchange.open_session(request, *subprotocol.codec, wire, terms, {});
  }
  with_identity(
      exchange, request,
      [request, terms, &wire, &codec = *subprotocol.codec](Exchange& asker, const Identity& who) {
        if (const Result<void> taken = asker.admission().take_place(who); !taken) {
          return refuse(asker, taken.error());
        }
        asker.open_session(request, codec, wire, terms, who);
      });
}

// Whether it asks for an upgrade that can begin. Otherwise the request is answered.
bool admit_upgrade(Exchange& exchange, const HttpRequest& request) {
  if (const Result<void> upgrade = Connection::check_upgrade(request); !upgrade) {
    HttpResponse response = problem(upgrade.error());
    if (upgrade.error().code == Code::upgrade_required) {
      response.headers.emplace_back("upgrade", "websocket");
      response.headers.emplace_back("sec-websocket-version", "13");
    }
    exchange.respond(response);
    return false;
  }
  if (!exchange.draining()) return true;
  exchange.respond(draining_problem());
  return false;
}

}  // namespace

void get_websocket(Exchange& exchange, const HttpRequest& request) {
  if (!admit_upgrade(exchange, request)) return;
  std::vector<std::string_view> offers = subprotocol_offers(request);
  const bool is_offered = !offers.empty();
  std::erase_if(offers, [](std::string_view offer) { return offer.starts_with("bearer."); });
  // A client that offers only a credential would fail on any answer, because a credential is never
  // named as the subprotocol.
  const Subprotocol* subprotocol =
      is_offered && offers.empty() ? nullptr : choose_subprotocol(offers);
  if (subprotocol == nullptr) return exchange.respond(problem(unknown_subprotocol()));
  open_websocket(exchange, request, *subprotocol, is_offered);
}

void get_echo(Exchange& exchange, const HttpRequest& request) {
  // Conformance tests send messages of up to 16 MiB, and some of them byte by byte.
  constexpr WebSocketLimits kEchoLimits = {
      .message_bytes_max = 16 << 20, .fragments_max = 1 << 20, .fragment_bytes = 0};
  if (!admit_upgrade(exchange, request)) return;
  if (const Result<void> taken = exchange.admission().take_place(Identity{}); !taken) {
    return refuse(exchange, taken.error());
  }
  UpgradeTerms terms = upgrade_terms(*exchange.services().config.get(), request);
  terms.limits = kEchoLimits;
  exchange.open_echo(request, terms);
}

}  // namespace courtside
