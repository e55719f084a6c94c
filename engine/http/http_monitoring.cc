#include <algorithm>
#include <string_view>

#include "base/format.h"
#include "base/json.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

// One word for a monitor, and why. A full or damaged disk is no reason to take the server out of a
// load balancer: it answers reads. Without memory it refuses new connections.
void add_status(JsonObject& body, const LogCondition& log, bool is_draining, bool lacks_memory) {
  const StorageState state = log.storage.state;
  if (is_draining) {
    body.text("status", "draining");
  } else if (lacks_memory) {
    body.text("status", "memory_full")
        .text("reason", "the process uses its memory budget (limits.memory_bytes)");
  } else if (state != StorageState::kOpen) {
    const bool is_full = state == StorageState::kFull;
    body.text("status", is_full ? "storage_full" : "storage_read_only")
        .text("reason", log.storage.reason);
  } else if (log.damage_count > 0) {
    body.text("status", "damaged")
        .text("reason", format("{} reads found damage in the log; its log lines say where",
                               log.damage_count));
  } else {
    body.text("status", "ok");
  }
}

}  // namespace

void get_health(Exchange& exchange, bool must_be_ready) {
  const bool is_draining = exchange.draining();
  const bool lacks_memory = exchange.services().admission.memory().is_exceeded();
  const bool ready = !is_draining && !lacks_memory;
  JsonObject body;
  add_status(body, exchange.services().condition(), is_draining, lacks_memory);
  body.text("epoch", exchange.hub().epoch())
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
