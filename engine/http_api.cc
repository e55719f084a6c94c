#include "engine/http_api.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <utility>

#include "base/json.h"
#include "engine/history.h"
#include "engine/origin.h"
#include "engine/peer.h"
#include "engine/problem.h"
#include "engine/publisher.h"
#include "engine/shard.h"
#include "schema/channel.h"

namespace courtside {
namespace {

constexpr std::string_view kEventMedia = "application/cloudevents+json";
constexpr std::string_view kBatchMedia = "application/cloudevents-batch+json";

// Runs `read` on a read thread; it makes the answer, or the error to answer with.
void answer_with_read(Peer& peer, std::function<Result<HttpResponse>()> read) {
  Shard& shard = peer.shard();
  const ConnectionId id = peer.id();
  const bool accepted = shard.read([&shard, id, read = std::move(read)] {
    Result<HttpResponse> answer = read();
    return [&shard, id, answer = std::move(answer)] {
      if (Peer* asker = shard.find_peer(id)) {
        asker->respond(answer ? *answer : problem(answer.error()));
      }
    };
  });
  if (!accepted) peer.respond(problem({Code::overloaded, "too many reads are waiting"}));
}

// The part of a media type before its parameters, in lower case.
std::string media_type(std::string_view header) {
  std::string media(header.substr(0, header.find(';')));
  while (!media.empty() && media.back() == ' ') media.pop_back();
  std::transform(media.begin(), media.end(), media.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return media;
}

bool is_binary_mode(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& header) { return header.first.starts_with("ce-"); });
}

Result<std::vector<IncomingEvent>> parse_body(const HttpRequest& request) {
  const std::string media = media_type(request.header("content-type"));
  const Timestamp received = now();
  if (media == kBatchMedia) return parse_cloudevent_batch(request.body, received);
  Result<IncomingEvent> event = fail(Code::unsupported_media_type, "");
  if (media == kEventMedia) {
    event = parse_cloudevent(request.body, received);
  } else if (is_binary_mode(request)) {
    event = parse_binary_cloudevent(request.headers, request.header("content-type"), request.body,
                                    received);
  } else {
    JsonObject details;
    details.raw("known",
                "[\"" + std::string(kEventMedia) + "\",\"" + std::string(kBatchMedia) + "\"]");
    return fail(Code::unsupported_media_type,
                "send a CloudEvent: as JSON, as a batch, or with ce-* headers", details.take());
  }
  if (!event) return fail(event.error());
  std::vector<IncomingEvent> events;
  events.push_back(std::move(*event));
  return events;
}

void post_events(Peer& peer, const HttpRequest& request) {
  Result<std::vector<IncomingEvent>> events = parse_body(request);
  if (!events) return peer.respond(problem(events.error()));
  std::vector<std::string> ids;
  for (const IncomingEvent& event : *events) ids.emplace_back(EventView(event.event).id());
  Result<Append> append = make_append(peer.shard().engine().router, std::move(*events), {});
  if (!append) return peer.respond(problem(append.error()));
  peer.post_events(std::move(*append), std::move(ids));
}

// ---------------------------------------------------------------------------------------------
// Reading.

void get_page(Peer& peer, const HistoryQuery& query) {
  const Engine& engine = peer.shard().engine();
  answer_with_read(peer, [&engine, query]() -> Result<HttpResponse> {
    Result<std::string> page = answer_history(
        query, engine.log, engine.pages, engine.config.limits.page_scanned, engine.projections);
    if (!page) return fail(page.error());
    return json_response(std::move(*page));
  });
}

// Where a stream begins: the browser's own word first, then the query's; from now where neither
// says anything.
protocol::From stream_from(const HttpRequest& request, const HistoryQuery& query) {
  protocol::From from;
  const std::string_view last_event_id = request.header("last-event-id");
  if (!last_event_id.empty()) {
    from.kind = protocol::From::Kind::kAfter;
    from.after = last_event_id;
  } else if (query.after) {
    from.kind = protocol::From::Kind::kAfter;
    from.after = *query.after;
  } else if (query.filter.since) {
    from.kind = protocol::From::Kind::kSince;
    from.since = *query.filter.since;
  }
  return from;
}

void open_stream(Peer& peer, HttpRequest& request, HistoryQuery query, const Wire& wire) {
  if (query.shaped) {
    return peer.respond(problem(
        {Code::bad_request, "`before`, `order` and `limit` do not go with a stream of events"}));
  }
  if (peer.shard().draining()) {
    return peer.respond(problem({Code::draining, "the server is going down"}));
  }
  const protocol::From from = stream_from(request, query);
  auto interest = std::make_shared<Interest>();
  interest->wire = &wire;
  interest->filter = std::move(query.filter);

  Shard& shard = peer.shard();
  const Engine& engine = shard.engine();
  const auto open = [&shard, id = peer.id(), request = std::make_shared<HttpRequest>(request),
                     interest](const Result<Start>& start) {
    Peer* asker = shard.find_peer(id);
    if (asker == nullptr) return;
    if (!start) return asker->respond(problem(start.error()));
    asker->open_stream(*request, *start, interest);
  };
  if (!start_needs_read(from)) {
    OffsetRange held = shard.hub().held();
    if (from.kind == protocol::From::Kind::kAfter) held = engine.log.held();
    return open(resolve_start(from, engine.log.epoch(), held));
  }
  const bool accepted = shard.read([&engine, from, interest, open] {
    const Result<Start> start =
        resolve_start_reading(from, interest->filter, engine.log, engine.pages);
    return [open, start] { open(start); };
  });
  if (!accepted) peer.respond(problem({Code::overloaded, "too many reads are waiting"}));
}

void get_events(Peer& peer, HttpRequest& request) {
  const Result<HistoryQuery> query = parse_history_query(
      request.query(), peer.shard().engine().config.limits.history_events, now());
  if (!query) return peer.respond(problem(query.error()));
  if (request.header("accept").find("text/event-stream") != std::string_view::npos) {
    return open_stream(peer, request, *query, sse_wire());
  }
  get_page(peer, *query);
}

void get_event(Peer& peer, std::string_view segment) {
  const Result<std::string> text = percent_decode(segment);
  if (!text) return peer.respond(problem(text.error()));
  const Result<Position> position = parse_position(*text);
  if (!position) return peer.respond(problem(position.error()));
  const Engine& engine = peer.shard().engine();
  answer_with_read(peer, [&engine, position = *position]() -> Result<HttpResponse> {
    const auto not_found = fail(Code::not_found, "there is no event at " + format(position));
    if (position.epoch != engine.log.epoch()) return not_found;
    const Result<std::vector<Record>> records = engine.log.read({position.offset});
    if (!records) return fail(records.error());
    if (records->empty()) return not_found;
    HttpResponse response;
    response.content_type = kEventMedia;
    append_cloudevent(response.body, records->front().view(), nullptr);
    return response;
  });
}

void get_subject(Peer& peer, std::string_view segment) {
  const Result<std::string> subject = percent_decode(segment);
  if (!subject) return peer.respond(problem(subject.error()));
  const Engine& engine = peer.shard().engine();
  answer_with_read(peer, [&engine, subject = *subject]() -> Result<HttpResponse> {
    const auto not_found = fail(Code::not_found, "there is no such subject");
    if (!is_channel(subject)) return not_found;
    const Result<SubjectState> state = engine.log.subject(subject);
    if (!state) return fail(state.error());
    if (state->version == 0) return not_found;
    JsonObject body;
    body.text("subject", subject)
        .number("version", state->version)
        .text("first", format_position(engine.log.epoch(), state->first))
        .text("last", format_position(engine.log.epoch(), state->last));
    return json_response(body.take());
  });
}

// ---------------------------------------------------------------------------------------------
// WebSocket.

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

// What the client offers, without the token that may travel among it as `bearer.<token>`.
std::vector<std::string_view> offered_subprotocols(const HttpRequest& request) {
  std::vector<std::string_view> offers;
  for (const auto& [name, value] : request.headers) {
    if (name != "sec-websocket-protocol") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view offer = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (offer.starts_with(' ')) offer.remove_prefix(1);
      while (offer.ends_with(' ')) offer.remove_suffix(1);
      if (!offer.empty() && !offer.starts_with("bearer.")) offers.push_back(offer);
    }
  }
  return offers;
}

// The first that the client offers and we know; JSON for a client that offers none.
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

void get_websocket(Peer& peer, HttpRequest& request) {
  if (const Result<void> upgrade = Connection::check_upgrade(request); !upgrade) {
    HttpResponse response = problem(upgrade.error());
    if (upgrade.error().code == Code::upgrade_required) {
      response.headers.emplace_back("upgrade", "websocket");
      response.headers.emplace_back("sec-websocket-version", "13");
    }
    return peer.respond(response);
  }
  const Engine& engine = peer.shard().engine();
  if (peer.shard().draining()) {
    return peer.respond(problem({Code::draining, "the server is going down"}));
  }
  const std::vector<std::string_view> offers = offered_subprotocols(request);
  const Subprotocol* subprotocol = choose_subprotocol(offers);
  if (subprotocol == nullptr) return peer.respond(problem(unknown_subprotocol()));
  if (subprotocol->codec != nullptr) {
    // A client that offered none must not be told of one: it would have to fail the connection
    // (RFC 6455, section 4.1).
    const std::string_view answered = offers.empty() ? std::string_view() : subprotocol->name;
    return peer.open_session(request, *subprotocol->codec, subprotocol->wire, answered);
  }
  const Result<HistoryQuery> query =
      parse_history_query(request.query(), engine.config.limits.history_events, now());
  if (!query) return peer.respond(problem(query.error()));
  open_stream(peer, request, *query, subprotocol->wire);
}

// ---------------------------------------------------------------------------------------------
// The state of the server.

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

void method_not_allowed(Peer& peer, std::string_view allowed) {
  HttpResponse response =
      problem({Code::method_not_allowed, "this path takes " + std::string(allowed)});
  response.headers.emplace_back("allow", allowed);
  peer.respond(response);
}

void get(Peer& peer, HttpRequest& request, std::string_view path) {
  constexpr std::string_view kEvents = "/v1/events/";
  constexpr std::string_view kSubjects = "/v1/subjects/";
  if (path == "/v1/ws") return get_websocket(peer, request);
  if (path == "/v1/events") return get_events(peer, request);
  if (path.starts_with(kEvents)) return get_event(peer, path.substr(kEvents.size()));
  if (path.starts_with(kSubjects)) return get_subject(peer, path.substr(kSubjects.size()));
  if (path == "/health" || path == "/ready") return get_health(peer, true);
  if (path == "/live") return get_health(peer, false);
  if (path == "/metrics") {
    return peer.respond({.status = 200,
                         .content_type = "text/plain; version=0.0.4; charset=utf-8",
                         .headers = {},
                         .body = peer.shard().engine().metrics()});
  }
  peer.respond(problem({Code::not_found, "there is nothing at this path"}));
}

// What a browser asks before it lets a page send a CloudEvent
// (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
void answer_preflight(Peer& peer) {
  constexpr std::string_view kHeaders =
      "content-type, last-event-id, authorization, ce-specversion, ce-id, ce-source, ce-type, "
      "ce-subject, ce-time, ce-expectedversion, ce-correlationid, ce-causationid, traceparent";
  peer.respond({.status = 204,
                .content_type = {},
                .headers = {{"access-control-allow-methods", "GET, HEAD, POST"},
                            {"access-control-allow-headers", std::string(kHeaders)},
                            {"access-control-max-age", "600"}},
                .body = {}});
}

}  // namespace

void handle_request(Peer& peer, HttpRequest& request) {
  const std::string path(request.path());
  const std::string_view origin = request.header("origin");
  if (!origin_allowed(origin, peer.shard().engine().config.allowed_origins)) {
    return peer.respond(problem({Code::forbidden, "this origin is not on the allow-list"}));
  }
  peer.set_origin(origin);
  if (request.method == "OPTIONS") return answer_preflight(peer);
  if (request.method == "GET" || request.method == "HEAD") return get(peer, request, path);
  if (path == "/v1/events") {
    if (request.method == "POST") return post_events(peer, request);
    return method_not_allowed(peer, "GET, HEAD, POST");
  }
  constexpr std::array kReadOnly = {"/v1/ws", "/health", "/ready", "/live", "/metrics"};
  const bool known = path.starts_with("/v1/events/") || path.starts_with("/v1/subjects/") ||
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
