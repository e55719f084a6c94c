#include "engine/http/preflight.h"

#include <algorithm>
#include <utility>

#include "transport/http_accept.h"

namespace courtside {
namespace {

constexpr std::string_view kAllowedHeaders =
    "content-type, last-event-id, authorization, if-none-match, traceparent, "
    "ce-specversion, ce-id, ce-source, ce-type, ce-subject, ce-time, ce-datacontenttype, "
    "ce-dataschema, ce-channels, ce-expectedversion, ce-correlationid, ce-causationid, "
    "ce-actorid, ce-actortype, ce-actorrole, ce-traceparent";

// A page can read only these headers and the seven that CORS always exposes.
constexpr std::string_view kExposedHeaders =
    "courtside-after, courtside-through, stream-next-offset, stream-cursor, stream-up-to-date, "
    "etag, retry-after, allow, accept-encoding, www-authenticate";

// It is copied into the response, so it must be a header name.
bool is_event_header(std::string_view name) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return name.starts_with("ce-") && std::all_of(name.begin(), name.end(), is_fit);
}

}  // namespace

HttpResponse preflight_answer(const HttpRequest& request) {
  std::string allowed(kAllowedHeaders);
  for (const Accepted& asked : accepted(request.headers, "access-control-request-headers")) {
    if (is_event_header(asked.name)) allowed.append(", ").append(asked.name);
  }
  return {.status = 204,
          .content_type = {},
          .headers = {{"access-control-allow-methods", "GET, HEAD, POST"},
                      {"access-control-allow-headers", std::move(allowed)},
                      {"access-control-max-age", "600"}},
          .body = {}};
}

void allow_origin(HttpResponse& response, std::string_view origin) {
  response.headers.emplace_back("access-control-allow-origin", origin);
  response.headers.emplace_back("access-control-expose-headers", kExposedHeaders);
  for (auto& [name, value] : response.headers) {
    if (name == "vary") return static_cast<void>(value.append(", origin"));
  }
  response.headers.emplace_back("vary", "origin");
}

}  // namespace courtside
