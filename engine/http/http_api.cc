#include "engine/http/http_api.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "engine/admission/origin.h"
#include "engine/http/documents.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/preflight.h"
#include "engine/http/problem.h"
#include "schema/data_schema.h"

namespace courtside {
namespace {

void get_document(Exchange& exchange, std::string_view document) {
  exchange.respond(json_response(std::string(document)));
}

// The schemas change with the program only, so caches may keep them.
constexpr std::string_view kCachedAnHour = "public, max-age=3600";

void get_schema_list(Exchange& exchange) {
  exchange.respond({.status = 200,
                    .content_type = "application/json",
                    .headers = {{"cache-control", std::string(kCachedAnHour)}},
                    .body = std::string(data_schema_list())});
}

void get_schema(Exchange& exchange, std::string_view type) {
  const std::string_view schema = data_schema(type);
  if (schema.empty()) {
    return exchange.respond(problem(
        {Code::not_found, "the catalogue has no such event type; GET /schemas lists its types"}));
  }
  exchange.respond({.status = 200,
                    .content_type = "application/schema+json",
                    .headers = {{"cache-control", std::string(kCachedAnHour)}},
                    .body = std::string(schema)});
}

// Only for readers of everything: positions and owners reveal the database's activity.
void get_outbox(Exchange& exchange, const HttpRequest&, const Identity& reader) {
  with_read_grant(exchange, reader, {}, ReadMode::kHistory, [](Exchange& asker, const ReadGrant&) {
    asker.respond(json_response(asker.services().outboxes()));
  });
}

constexpr std::string_view kEvents = "/v1/events/";
constexpr std::string_view kSubjects = "/v1/subjects/";
constexpr std::string_view kSchemas = "/schemas/";
constexpr std::string_view kStreams = "/v1/streams/";
constexpr std::string_view kVenues = "/v1/venues/";
constexpr std::string_view kCalendar = "/calendar";
constexpr std::string_view kUsers = "/v1/users/";
constexpr std::string_view kNotifications = "/notifications";

// The single segment between `before` and `behind`; empty when the path does not match.
std::optional<std::string> segment_between(std::string_view path, std::string_view before,
                                           std::string_view behind) {
  if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  if (path.size() <= before.size() + behind.size()) return std::nullopt;
  path.remove_prefix(before.size());
  path.remove_suffix(behind.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(path);
}

// RFC 9110, section 9.3: content of the others has no meaning.
bool takes_body(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

void get(Exchange& exchange, HttpRequest& request, const std::string& path) {
  if (path == "/v1/ws") return get_websocket(exchange, request);
  if (path == "/v1/echo" && exchange.services().config.get()->conformance_echo) {
    return get_echo(exchange, request);
  }
  if (path == "/v1/events") return identified(exchange, request, get_events);
  if (path.starts_with(kEvents)) {
    return identified(exchange, request,
                      [segment = path.substr(kEvents.size())](Exchange& asker, const HttpRequest&,
                                                              const Identity& who) {
                        get_event(asker, segment, who);
                      });
  }
  if (path.starts_with(kStreams)) {
    return identified(exchange, request,
                      [segment = path.substr(kStreams.size())](
                          Exchange& asker, const HttpRequest& asked, const Identity& who) {
                        get_durable_stream(asker, segment, asked, who);
                      });
  }
  if (path.starts_with(kSubjects)) {
    return identified(exchange, request,
                      [segment = path.substr(kSubjects.size())](
                          Exchange& asker, const HttpRequest& asked, const Identity& who) {
                        if (!asked.query().empty()) return get_state(asker, segment, asked, who);
                        get_subject(asker, segment, who);
                      });
  }
  if (const auto venue = segment_between(path, kVenues, kCalendar)) {
    return identified(exchange, request,
                      [venue](Exchange& asker, const HttpRequest& asked, const Identity& who) {
                        get_calendar(asker, *venue, asked, who);
                      });
  }
  if (const auto account = segment_between(path, kUsers, kNotifications)) {
    return identified(exchange, request,
                      [account](Exchange& asker, const HttpRequest& asked, const Identity& who) {
                        get_notifications(asker, *account, asked, who);
                      });
  }
  if (path == "/v1/outbox") return identified(exchange, request, get_outbox);
  if (path == "/v1/backup" || path == "/v1/tickets") return method_not_allowed(exchange, "POST");
  if (path == "/health" || path == "/ready") return get_health(exchange, true);
  if (path == "/live") return get_health(exchange, false);
  if (path == "/openapi.json") return get_document(exchange, openapi_document());
  if (path == "/asyncapi.json") return get_document(exchange, asyncapi_document());
  if (path == "/schemas") return get_schema_list(exchange);
  if (path.starts_with(kSchemas)) return get_schema(exchange, path.substr(kSchemas.size()));
  if (path == "/metrics") return identified(exchange, request, get_metrics);
  exchange.respond(problem({Code::not_found, kNothingAtPath}));
}

// Answered also when there is no memory for new work.
bool is_of_monitors(std::string_view path) {
  return path == "/live" || path == "/ready" || path == "/health" || path == "/metrics";
}

}  // namespace

void handle_request(Exchange& exchange, HttpRequest& request) {
  if (exchange.is_admin()) return handle_admin_request(exchange, request);
  const std::string path(request.path());
  if (!is_of_monitors(path)) {
    if (const Result<void> admitted = exchange.admission().admit_request(); !admitted) {
      return exchange.respond(problem(admitted.error()));
    }
  }
  if (const Result<void> plain = exchange.admission().on_request(request.headers); !plain) {
    exchange.admission().deny(Denial::kExposure);
    return exchange.respond(problem(plain.error()));
  }
  if (!origin_allowed(request.headers, exchange.services().config.get()->allowed_origins)) {
    exchange.admission().deny(Denial::kOrigin);
    return exchange.respond(problem(
        {Code::forbidden, "this origin is not on the allow-list (setting `allowed_origins`)"}));
  }
  exchange.set_origin(request.header("origin"));
  if (const Result<void> query = check_query(request); !query) {
    return exchange.respond(problem(query.error()));
  }
  if (request.has_body() && !takes_body(request.method)) {
    return exchange.respond(
        problem({Code::bad_request, format("a {} request has no body here", request.method)}));
  }
  if (request.method == "OPTIONS") return exchange.respond(preflight_answer(request));
  if (request.method == "GET" || request.method == "HEAD") return get(exchange, request, path);
  if (path == "/v1/events") {
    if (request.method == "POST") return identified(exchange, request, post_events);
    return method_not_allowed(exchange, "GET, HEAD, POST");
  }
  if (path == "/v1/tickets") {
    if (request.method == "POST") return identified(exchange, request, post_ticket);
    return method_not_allowed(exchange, "POST");
  }
  if (path == "/v1/backup") {
    if (request.method == "POST") return post_backup(exchange, request);
    return method_not_allowed(exchange, "POST");
  }
  if (path.starts_with(kStreams)) {
    return method_not_allowed(exchange, "GET, HEAD", "; append events with POST /v1/events");
  }
  constexpr std::array kReadOnly = {"/v1/ws",        "/v1/outbox",     "/health",
                                    "/ready",        "/live",          "/metrics",
                                    "/openapi.json", "/asyncapi.json", "/schemas"};
  const bool known = path.starts_with(kEvents) || path.starts_with(kSubjects) ||
                     path.starts_with(kSchemas) || segment_between(path, kVenues, kCalendar) ||
                     segment_between(path, kUsers, kNotifications) ||
                     std::find(kReadOnly.begin(), kReadOnly.end(), path) != kReadOnly.end();
  if (known) return method_not_allowed(exchange, "GET, HEAD");
  exchange.respond(problem({Code::not_found, kNothingAtPath}));
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
