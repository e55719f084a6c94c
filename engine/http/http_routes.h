// What the paths do once it is known who asks; http_api.h chooses among them. Each answers the
// request at hand of `exchange`, now or later. Threads: a shard's.
#pragma once

#include <string>

#include "engine/access/identity.h"
#include "engine/delivery/wire.h"
#include "engine/history/history.h"
#include "transport/http.h"

namespace courtside {

class Exchange;

// The media type of a CloudEvent in JSON.
constexpr std::string_view kEventMedia = "application/cloudevents+json";

void post_events(Exchange& exchange, const HttpRequest& request, const Identity& publisher);

// GET /v1/events that is answered with server-sent events.
bool asks_for_stream(const HttpRequest& request);
void get_events(Exchange& exchange, const HttpRequest& request, const Identity& reader);
void get_page(Exchange& exchange, const HttpRequest& request, const Identity& reader,
              const HistoryQuery& query);
void get_event(Exchange& exchange, const std::string& position, const Identity& reader);
void get_subject(Exchange& exchange, const std::string& subject, const Identity& reader);
// What GET /v1/subjects/{subject} says with a query: the state.
void get_state(Exchange& exchange, const std::string& subject, const HttpRequest& request,
               const Identity& reader);
void get_calendar(Exchange& exchange, const std::string& venue, const HttpRequest& request,
                  const Identity& reader);
void get_notifications(Exchange& exchange, const std::string& account, const HttpRequest& request,
                       const Identity& reader);
void open_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                 HistoryQuery query, const Wire& wire);

// A ticket for a browser's EventSource or WebSocket.
void post_ticket(Exchange& exchange, const HttpRequest& request, const Identity& holder);

// For the key of serving.json alone, whoever has it.
void post_backup(Exchange& exchange, const HttpRequest& request);

// Learns for itself who asks: it may say so in its first message.
void get_websocket(Exchange& exchange, const HttpRequest& request);

}  // namespace courtside
