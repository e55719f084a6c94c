// The path handlers, called by http_api after authentication. Each answers the exchange's request,
// now or later. Threads: a shard's.
#pragma once

#include <optional>
#include <string>

#include "base/compress.h"
#include "engine/access/identity.h"
#include "engine/delivery/wire.h"
#include "engine/history/history.h"
#include "engine/history/stream_page.h"
#include "transport/connection.h"
#include "transport/http.h"

namespace courtside {

class Exchange;

// The media type of a CloudEvent in JSON.
constexpr std::string_view kEventMedia = "application/cloudevents+json";

void post_events(Exchange& exchange, const HttpRequest& request, const Identity& publisher);

// Whether it is a GET /v1/events that is answered with server-sent events.
bool asks_for_stream(const HttpRequest& request);
void get_events(Exchange& exchange, const HttpRequest& request, const Identity& reader);
void get_page(Exchange& exchange, const HttpRequest& request, const Identity& reader,
              const HistoryQuery& query);
void get_event(Exchange& exchange, const std::string& position, const Identity& reader);
void get_subject(Exchange& exchange, const std::string& subject, const Identity& reader);
// GET /v1/subjects/{subject} with a query: the subject's state.
void get_state(Exchange& exchange, const std::string& subject, const HttpRequest& request,
               const Identity& reader);
void get_calendar(Exchange& exchange, const std::string& venue, const HttpRequest& request,
                  const Identity& reader);
void get_notifications(Exchange& exchange, const std::string& account, const HttpRequest& request,
                       const Identity& reader);
// `upgrade`: for a stream over WebSocket.
void open_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                 HistoryQuery query, const Wire& wire, std::optional<UpgradeTerms> upgrade = {});
// GET /v1/streams/{channel}, for clients of Durable Streams.
void get_durable_stream(Exchange& exchange, const std::string& channel, const HttpRequest& request,
                        const Identity& reader);
// The same with `live=sse`.
void open_durable_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                         StreamQuery query);

// How a page of JSON may be compressed for the client.
struct PageCoding {
  Coding coding = Coding::kIdentity;
  bool takes_plain = true;
};
PageCoding page_coding(const HttpRequest& request);
HttpResponse page_response(std::string body, PageCoding asked);

// Issues a ticket for a browser's EventSource or WebSocket.
void post_ticket(Exchange& exchange, const HttpRequest& request, const Identity& holder);

// Authenticates by the key in serving.json only.
void post_backup(Exchange& exchange, const HttpRequest& request);

// The listener for administration: metrics, health, connections. Authenticates itself.
void handle_admin_request(Exchange& exchange, HttpRequest& request);

void get_health(Exchange& exchange, bool must_be_ready);
void get_metrics(Exchange& exchange, const HttpRequest& request, const Identity& reader);

// Authenticates itself, because the credential may also come in the first message.
void get_websocket(Exchange& exchange, const HttpRequest& request);
// GET /v1/echo, for conformance tests. Needs no credential.
void get_echo(Exchange& exchange, const HttpRequest& request);

}  // namespace courtside
