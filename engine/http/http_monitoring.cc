#include <algorithm>
#include <string_view>

#include "base/json.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {

void get_health(Exchange& exchange, bool must_be_ready) {
  const bool ready = !exchange.draining();
  JsonObject body;
  body.text("status", ready ? "ok" : "draining")
      .text("epoch", exchange.hub().epoch())
      .text("head", exchange.hub().head())
      .number("connections", exchange.connection_count());
  exchange.respond(json_response(body.take(), must_be_ready && !ready ? 503 : 200));
}

// Metrics reveal the platform's activity: for services with the permission, and for readers of
// everything.
void get_metrics(Exchange& exchange, const HttpRequest&, const Identity& reader) {
  constexpr std::string_view kMayReadMetrics = "metrics:read";
  const auto show = [](Exchange& asker) {
    asker.respond({.status = 200,
                   .content_type = "text/plain; version=0.0.4; charset=utf-8",
                   .headers = {},
                   .body = asker.services().metrics()});
  };
  const bool may_read = reader.kind == Identity::Kind::kService &&
                        std::find(reader.permissions.begin(), reader.permissions.end(),
                                  kMayReadMetrics) != reader.permissions.end();
  if (may_read) return show(exchange);
  with_read_grant(exchange, reader, {}, ReadMode::kHistory,
                  [show](Exchange& asker, const ReadGrant&) { show(asker); });
}

}  // namespace courtside
