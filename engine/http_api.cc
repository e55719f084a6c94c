#include "engine/http_api.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/json.h"
#include "engine/documents.h"
#include "engine/doors/origin.h"
#include "engine/http_access.h"
#include "engine/http_routes.h"
#include "engine/preflight.h"
#include "engine/problem.h"

namespace courtside {
namespace {

void get_health(Peer& peer, bool must_be_ready) {
  const Shard& shard = peer.shard();
  const bool ready = !shard.draining();
  JsonObject body;
  body.text("status", ready ? "ok" : "draining")
      .text("epoch", peer.hub().epoch())
      .text("head", peer.hub().head())
      .number("connections", shard.connection_count());
  peer.respond(json_response(body.take(), must_be_ready && !ready ? 503 : 200));
}

void get_document(Peer& peer, std::string_view document) {
  peer.respond(json_response(std::string(document)));
}

// For those who may read everything: places and holders say what goes on in the database.
void get_outbox(Peer& peer, const HttpRequest&, const Identity& reader) {
  with_read_grant(peer, reader, {}, ReadMode::kHistory, [](Peer& asker, const ReadGrant&) {
    asker.respond(json_response(asker.shard().engine().outboxes()));
  });
}

// They say how much the platform does, and for how many: for a service that holds the permission,
// and for those who may read everything anyway.
void get_metrics(Peer& peer, const HttpRequest&, const Identity& reader) {
  constexpr std::string_view kMayReadMetrics = "metrics:read";
  const auto show = [](Peer& asker) {
    asker.respond({.status = 200,
                   .content_type = "text/plain; version=0.0.4; charset=utf-8",
                   .headers = {},
                   .body = asker.shard().engine().metrics()});
  };
  const bool may_read = reader.kind == Identity::Kind::kService &&
                        std::find(reader.permissions.begin(), reader.permissions.end(),
                                  kMayReadMetrics) != reader.permissions.end();
  if (may_read) return show(peer);
  with_read_grant(peer, reader, {}, ReadMode::kHistory,
                  [show](Peer& asker, const ReadGrant&) { show(asker); });
}

void method_not_allowed(Peer& peer, std::string_view allowed) {
  HttpResponse response =
      problem({Code::method_not_allowed, "this path takes " + std::string(allowed)});
  response.headers.emplace_back("allow", allowed);
  peer.respond(response);
}

// Goes on once it is known who asks. The request is kept for that.
using Handler = std::function<void(Peer&, const HttpRequest&, const Identity&)>;
void identified(Peer& peer, HttpRequest& request, const Handler& handle) {
  const auto kept = std::make_shared<const HttpRequest>(std::move(request));
  with_identity(peer, *kept, [kept, handle](Peer& asker, const Identity& identity) {
    handle(asker, *kept, identity);
  });
}

constexpr std::string_view kEvents = "/v1/events/";
constexpr std::string_view kSubjects = "/v1/subjects/";
constexpr std::string_view kVenues = "/v1/venues/";
constexpr std::string_view kCalendar = "/calendar";
constexpr std::string_view kUsers = "/v1/users/";
constexpr std::string_view kNotifications = "/notifications";

// The one segment that stands between; empty when the path is another.
std::optional<std::string> segment_between(std::string_view path, std::string_view before,
                                           std::string_view behind) {
  if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  if (path.size() <= before.size() + behind.size()) return std::nullopt;
  path.remove_prefix(before.size());
  path.remove_suffix(behind.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(path);
}

void get(Peer& peer, HttpRequest& request, const std::string& path) {
  if (path == "/v1/ws") return get_websocket(peer, request);
  if (path == "/v1/events") return identified(peer, request, get_events);
  if (path.starts_with(kEvents)) {
    return identified(peer, request,
                      [segment = path.substr(kEvents.size())](Peer& asker, const HttpRequest&,
                                                              const Identity& who) {
                        get_event(asker, segment, who);
                      });
  }
  if (path.starts_with(kSubjects)) {
    return identified(peer, request,
                      [segment = path.substr(kSubjects.size())](
                          Peer& asker, const HttpRequest& asked, const Identity& who) {
                        if (!asked.query().empty()) return get_state(asker, segment, asked, who);
                        get_subject(asker, segment, who);
                      });
  }
  if (const auto venue = segment_between(path, kVenues, kCalendar)) {
    return identified(peer, request,
                      [venue](Peer& asker, const HttpRequest& asked, const Identity& who) {
                        get_calendar(asker, *venue, asked, who);
                      });
  }
  if (const auto account = segment_between(path, kUsers, kNotifications)) {
    return identified(peer, request,
                      [account](Peer& asker, const HttpRequest& asked, const Identity& who) {
                        get_notifications(asker, *account, asked, who);
                      });
  }
  if (path == "/v1/outbox") return identified(peer, request, get_outbox);
  if (path == "/v1/backup" || path == "/v1/tickets") return method_not_allowed(peer, "POST");
  if (path == "/health" || path == "/ready") return get_health(peer, true);
  if (path == "/live") return get_health(peer, false);
  if (path == "/openapi.json") return get_document(peer, openapi_document());
  if (path == "/asyncapi.json") return get_document(peer, asyncapi_document());
  if (path == "/metrics") return identified(peer, request, get_metrics);
  peer.respond(problem({Code::not_found, "there is nothing at this path"}));
}

}  // namespace

void handle_request(Peer& peer, HttpRequest& request) {
  const std::string path(request.path());
  if (const Result<void> plain = peer.door().on_request(request.headers); !plain) {
    peer.door().deny(Denial::kExposure);
    return peer.respond(problem(plain.error()));
  }
  if (!origin_allowed(request.headers, peer.shard().engine().config.allowed_origins)) {
    peer.door().deny(Denial::kOrigin);
    return peer.respond(problem(
        {Code::forbidden, "this origin is not on the allow-list (setting `allowed_origins`)"}));
  }
  peer.set_origin(request.header("origin"));
  if (const Result<void> query = check_query(request); !query) {
    return peer.respond(problem(query.error()));
  }
  if (request.method == "OPTIONS") return peer.respond(preflight_answer(request));
  if (request.method == "GET" || request.method == "HEAD") return get(peer, request, path);
  if (path == "/v1/events") {
    if (request.method == "POST") return identified(peer, request, post_events);
    return method_not_allowed(peer, "GET, HEAD, POST");
  }
  if (path == "/v1/tickets") {
    if (request.method == "POST") return identified(peer, request, post_ticket);
    return method_not_allowed(peer, "POST");
  }
  if (path == "/v1/backup") {
    if (request.method == "POST") return post_backup(peer, request);
    return method_not_allowed(peer, "POST");
  }
  constexpr std::array kReadOnly = {"/v1/ws", "/v1/outbox", "/health",       "/ready",
                                    "/live",  "/metrics",   "/openapi.json", "/asyncapi.json"};
  const bool known = path.starts_with(kEvents) || path.starts_with(kSubjects) ||
                     segment_between(path, kVenues, kCalendar) ||
                     segment_between(path, kUsers, kNotifications) ||
                     std::find(kReadOnly.begin(), kReadOnly.end(), path) != kReadOnly.end();
  if (known) return method_not_allowed(peer, "GET, HEAD");
  peer.respond(problem({Code::not_found, "there is nothing at this path"}));
}

std::string append_results(std::string_view epoch, const std::vector<std::string>& ids,
                           const std::vector<Appended>& appended) {
  std::string results = "[";
  for (std::size_t i = 0; i < appended.size(); ++i) {
    if (i > 0) results.push_back(',');
    JsonObject result;
    result.text("id", ids[i])
        .text("position", format_position(epoch, appended[i].offset))
        .number("subjectversion", appended[i].subject_version)
        .boolean("duplicate", appended[i].duplicate);
    results.append(result.take());
  }
  results.push_back(']');
  JsonObject body;
  body.raw("results", results);
  return body.take();
}

}  // namespace courtside
