#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "engine/http/backup_endpoint.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "transport/network.h"

namespace courtside {
namespace {

constexpr std::string_view kConnections = "/admin/connections";
constexpr std::string_view kClose = "/close";

bool may_manage(const Identity& caller) {
  constexpr std::string_view kPermission = "connections:manage";
  if (caller.kind == Identity::Kind::kAdministrator) return true;
  return caller.kind == Identity::Kind::kService &&
         std::find(caller.permissions.begin(), caller.permissions.end(), kPermission) !=
             caller.permissions.end();
}

// Whoever can read serving.json is the server's own user.
bool has_local_key(Exchange& exchange, const HttpRequest& request) {
  const auto address = address_bytes(exchange.admission().address());
  if (!address || !is_loopback(*address)) return false;
  const auto credential = credential_of(request);
  return credential && *credential && exchange.services().backups.is_key(**credential);
}

using Manage = std::function<void(Exchange&)>;

void as_manager(Exchange& exchange, HttpRequest& request, const Manage& manage) {
  if (has_local_key(exchange, request)) return manage(exchange);
  identified(exchange, request,
             [manage](Exchange& asker, const HttpRequest&, const Identity& caller) {
               if (may_manage(caller)) return manage(asker);
               if (caller.kind == Identity::Kind::kAnonymous) {
                 return refuse(asker, {Code::unauthorized, "this needs a service's key"});
               }
               refuse(asker, {Code::forbidden, "this needs the permission connections:manage"});
             });
}

void list_connections(Exchange& exchange) {
  exchange.services().list_connections([resume = exchange.resume_later()](std::string list) {
    resume([list = std::move(list)](Exchange& asker) {
      asker.respond(json_response(JsonObject().raw("connections", list).take()));
    });
  });
}

void close_connection(Exchange& exchange, std::uint64_t id) {
  exchange.services().close_connection(id, [id, resume = exchange.resume_later()](bool is_closed) {
    resume([id, is_closed](Exchange& asker) {
      if (!is_closed) return asker.respond(problem({Code::not_found, "no such connection"}));
      asker.respond(json_response(JsonObject().number("id", id).boolean("closed", true).take()));
    });
  });
}

// The id in "/admin/connections/{id}/close"; empty for other paths.
std::optional<std::uint64_t> id_to_close(std::string_view path) {
  if (!path.starts_with(kConnections) || !path.ends_with(kClose)) return std::nullopt;
  path.remove_prefix(kConnections.size());
  if (path.size() < kClose.size() + 2 || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  path.remove_suffix(kClose.size());
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), id);
  if (error != std::errc() || end != path.data() + path.size()) return std::nullopt;
  return id;
}

}  // namespace

void handle_admin_request(Exchange& exchange, HttpRequest& request) {
  const std::string path(request.path());
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  // A web page that is open on this machine could ask for it.
  if (!request.header("origin").empty()) {
    exchange.admission().deny(Denial::kOrigin);
    return exchange.respond(problem({Code::forbidden, "web pages may not administrate"}));
  }
  if (const Result<void> query = check_query(request); !query) {
    return exchange.respond(problem(query.error()));
  }
  if (const auto id = id_to_close(path)) {
    if (request.method != "POST") return method_not_allowed(exchange, "POST");
    return as_manager(exchange, request,
                      [id = *id](Exchange& asker) { close_connection(asker, id); });
  }
  const bool is_health = path == "/health" || path == "/ready" || path == "/live";
  if (!is_health && path != "/metrics" && path != kConnections) {
    return exchange.respond(problem({Code::not_found, "there is nothing at this path"}));
  }
  if (!is_get) return method_not_allowed(exchange, "GET, HEAD");
  if (is_health) return get_health(exchange, /*must_be_ready=*/path != "/live");
  if (path == "/metrics") return identified(exchange, request, get_metrics);
  as_manager(exchange, request, list_connections);
}

}  // namespace courtside
