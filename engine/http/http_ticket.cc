// POST /v1/tickets: issues a ticket for a browser's EventSource or WebSocket.
#include "base/json.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {

void post_ticket(Exchange& exchange, const HttpRequest& /*request*/, const Identity& holder) {
  if (holder.kind == Identity::Kind::kAnonymous) {
    return refuse(exchange, {Code::unauthorized, "a ticket needs a token"});
  }
  const Result<std::string> ticket = exchange.admission().issue_ticket(holder);
  if (!ticket) return refuse(exchange, ticket.error());
  constexpr std::uint64_t kSecondMs = 1000;
  JsonObject body;
  body.text("ticket", *ticket)
      .number("expiresin", exchange.services().config.get()->access.ticket_lifetime_ms / kSecondMs);
  exchange.respond(json_response(body.take()));
}

}  // namespace courtside
