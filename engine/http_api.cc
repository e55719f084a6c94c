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

// ---------------------------------------------------------------------------------------------
// Who asks, and may they?

// What the client offers as subprotocols; a token may travel among them.
std::vector<std::string_view> subprotocol_offers(const HttpRequest& request) {
  std::vector<std::string_view> offers;
  for (const auto& [name, value] : request.headers) {
    if (name != "sec-websocket-protocol") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view offer = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (offer.starts_with(' ')) offer.remove_prefix(1);
      while (offer.ends_with(' ')) offer.remove_suffix(1);
      if (!offer.empty()) offers.push_back(offer);
    }
  }
  return offers;
}

// What the request carries: "", the token, or nothing where it carries something else.
std::optional<std::string> credential_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "bearer ";
  constexpr std::string_view kSubprotocol = "bearer.";
  const std::string_view header = request.header("authorization");
  if (!header.empty()) {
    const bool is_bearer = header.size() > kBearer.size() &&
                           std::equal(kBearer.begin(), kBearer.end(), header.begin(),
                                      [](char a, char b) { return a == std::tolower(b); });
    if (!is_bearer) return std::nullopt;
    return std::string(header.substr(kBearer.size()));
  }
  for (const std::string_view offer : subprotocol_offers(request)) {
    if (offer.starts_with(kSubprotocol)) return std::string(offer.substr(kSubprotocol.size()));
  }
  return std::string();
}

void refuse(Peer& peer, const Error& error) {
  HttpResponse response = problem(error);
  // RFC 6750, section 3.
  if (response.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  peer.respond(response);
}

// Goes on with `then` when the answer is there, now or later; refuses where it is an error.
template <typename T>
using Then = std::function<void(Peer&, const T&)>;

template <typename T>
void answer(Peer& peer, const Result<T>& result, const Then<T>& then) {
  if (!result) return refuse(peer, result.error());
  then(peer, *result);
}

template <typename T, typename Ask>
void go_on(Peer& peer, Then<T> then, Ask ask) {
  const std::optional<Result<T>> known = ask(peer.shard().template later<T>(
      peer.id(), [then](Peer& later, const Result<T>& result) { answer(later, result, then); }));
  if (known) answer(peer, *known, then);
}

void with_identity(Peer& peer, const HttpRequest& request, Then<Identity> then) {
  const std::optional<std::string> credential = credential_of(request);
  if (!credential) {
    return refuse(peer, {Code::unauthorized, "the credential is not `Bearer <token>`"});
  }
  go_on<Identity>(peer, std::move(then), [&](Access::Later<Identity> later) {
    return peer.shard().engine().access.identify(*credential, std::move(later));
  });
}

void with_read_grant(Peer& peer, const Identity& identity, const std::vector<std::string>& channels,
                     ReadMode mode, Then<ReadGrant> then) {
  go_on<ReadGrant>(peer, std::move(then), [&](Access::Later<ReadGrant> later) {
    return peer.shard().engine().access.check_read(identity, channels, mode, std::move(later));
  });
}

// Of the log, what may be shown to a reader whose rights are looked at after this.
OffsetRange readable(const Engine& engine) {
  OffsetRange held = engine.log.held();
  if (engine.access.enabled()) {
    held.end = std::max(held.begin, std::min(held.end, engine.access.settled()));
  }
  return held;
}

// ---------------------------------------------------------------------------------------------
// Publishing.

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

// Events whose publisher is known: each is asked for in turn, then all are appended.
struct Posting {
  Identity publisher;
  std::vector<IncomingEvent> events;
  std::size_t allowed = 0;
};

void append_posting(Peer& peer, Posting& posting) {
  std::vector<std::string> ids;
  for (const IncomingEvent& event : posting.events) {
    ids.emplace_back(EventView(event.event).id());
  }
  Result<Append> append = make_append(peer.shard().engine().router, std::move(posting.events),
                                      posting.publisher, {});
  if (!append) return peer.respond(problem(append.error()));
  peer.post_events(std::move(*append), std::move(ids));
}

void ask_for_posting(Peer& peer, const std::shared_ptr<Posting>& posting) {
  Access& access = peer.shard().engine().access;
  // Takes the answer for the next event; false when the request has been answered with it.
  const auto take = [](Peer& asker, Posting& of, const Result<PublishGrant>& grant) {
    Result<void> done;
    if (!grant) {
      done = fail(grant.error());
    } else {
      done = attribute(of.events[of.allowed], of.publisher, *grant);
    }
    if (!done) refuse(asker, done.error());
    ++of.allowed;
    return done.has_value();
  };
  while (posting->allowed < posting->events.size()) {
    const auto known = access.check_publish(
        posting->publisher, EventView(posting->events[posting->allowed].event),
        peer.shard().later<PublishGrant>(
            peer.id(), [posting, take](Peer& asker, const Result<PublishGrant>& grant) {
              if (take(asker, *posting, grant)) ask_for_posting(asker, posting);
            }));
    if (!known || !take(peer, *posting, *known)) return;
  }
  append_posting(peer, *posting);
}

void post_events(Peer& peer, const HttpRequest& request, const Identity& publisher) {
  Result<std::vector<IncomingEvent>> events = parse_body(request);
  if (!events) return peer.respond(problem(events.error()));
  ask_for_posting(peer, std::make_shared<Posting>(Posting{publisher, std::move(*events)}));
}

// ---------------------------------------------------------------------------------------------
// Reading.

void get_page(Peer& peer, const Identity& reader, const HistoryQuery& query) {
  const OffsetRange held = readable(peer.shard().engine());
  with_read_grant(
      peer, reader, query.filter.channels, ReadMode::kHistory,
      [reader, query, held](Peer& asker, const ReadGrant& grant) {
        Shard& shard = asker.shard();
        const Engine& engine = shard.engine();
        const ConnectionId id = asker.id();
        const bool accepted = shard.read([&shard, &engine, id, reader, query, held, grant] {
          Result<HistoryAnswer> page =
              answer_history(query, engine.log, within(held, engine.log.held()), engine.pages,
                             engine.config.limits.page_scanned, engine.projections, grant.lifts);
          return [&shard, id, reader, query, grant, page = std::move(page)] {
            Peer* peer = shard.find_peer(id);
            if (peer == nullptr) return;
            if (!page) return peer->respond(problem(page.error()));
            if (grant.audited) {
              const auto traced = peer->append_trace(reader, query.filter, page->events);
              if (!traced) return peer->respond(problem(traced.error()));
            }
            peer->respond(json_response(page->body));
          };
        });
        if (!accepted) asker.respond(problem({Code::overloaded, "too many reads are waiting"}));
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

// A stream that has been asked for: looked at, then begun, unless a right ended in between.
struct Opening {
  HttpRequest request;
  Identity reader;
  protocol::From from;
  std::shared_ptr<Interest> interest;
};

void open_stream(Peer& peer, const std::shared_ptr<Opening>& opening);

void begin_stream(Peer& peer, const std::shared_ptr<Opening>& opening, const Result<Start>& start,
                  bool audited) {
  if (!start) return peer.respond(problem(start.error()));
  if (audited) {
    const auto traced = peer.append_trace(opening->reader, opening->interest->filter, {});
    if (!traced) return peer.respond(problem(traced.error()));
  }
  peer.open_stream(opening->request, *start, opening->interest, opening->reader);
}

void resolve_stream(Peer& peer, const std::shared_ptr<Opening>& opening, const ReadGrant& grant,
                    std::uint64_t rights_changes) {
  Shard& shard = peer.shard();
  const Engine& engine = shard.engine();
  const auto begin = [opening, rights_changes, audited = grant.audited](
                         Peer& asker, const Result<Start>& start) {
    if (asker.shard().rights_changes() != rights_changes) return open_stream(asker, opening);
    begin_stream(asker, opening, start, audited);
  };
  opening->interest = std::make_shared<Interest>(*opening->interest);
  opening->interest->lifts = grant.lifts;
  const protocol::From& from = opening->from;
  if (!start_needs_read(from)) {
    OffsetRange held = shard.hub().held();
    if (from.kind == protocol::From::Kind::kAfter) held = engine.log.held();
    return begin(peer, resolve_start(from, engine.log.epoch(), held));
  }
  const bool accepted = shard.read([&shard, &engine, id = peer.id(), opening, begin] {
    const Result<Start> start = resolve_start_reading(opening->from, opening->interest->filter,
                                                      engine.log, engine.pages);
    return [&shard, id, begin, start] {
      if (Peer* asker = shard.find_peer(id)) begin(*asker, start);
    };
  });
  if (!accepted) peer.respond(problem({Code::overloaded, "too many reads are waiting"}));
}

void open_stream(Peer& peer, const std::shared_ptr<Opening>& opening) {
  with_read_grant(peer, opening->reader, opening->interest->filter.channels, ReadMode::kLive,
                  [opening, rights_changes = peer.shard().rights_changes()](
                      Peer& asker, const ReadGrant& grant) {
                    resolve_stream(asker, opening, grant, rights_changes);
                  });
}

void open_stream(Peer& peer, const HttpRequest& request, const Identity& reader, HistoryQuery query,
                 const Wire& wire) {
  if (query.shaped) {
    return peer.respond(problem(
        {Code::bad_request, "`before`, `order` and `limit` do not go with a stream of events"}));
  }
  if (peer.shard().draining()) {
    return peer.respond(problem({Code::draining, "the server is going down"}));
  }
  auto opening = std::make_shared<Opening>(
      Opening{request, reader, stream_from(request, query), std::make_shared<Interest>()});
  opening->interest->wire = &wire;
  opening->interest->filter = std::move(query.filter);
  open_stream(peer, opening);
}

void get_events(Peer& peer, const HttpRequest& request, const Identity& reader) {
  const Result<HistoryQuery> query = parse_history_query(
      request.query(), peer.shard().engine().config.limits.history_events, now());
  if (!query) return peer.respond(problem(query.error()));
  if (request.header("accept").find("text/event-stream") != std::string_view::npos) {
    return open_stream(peer, request, reader, *query, sse_wire());
  }
  get_page(peer, reader, *query);
}

// What may not be read answers like what is not there.
template <typename T>
Result<T> hide_forbidden(const Result<T>& result, const Error& not_found) {
  if (!result && result.error().code == Code::forbidden) return fail(not_found);
  return result;
}

void show_event(Peer& peer, const Identity& reader, const Record& record, const Error& not_found) {
  const RecordChannels reached = record.view().channels();
  const std::vector<std::string> channels(reached.begin(), reached.end());
  const auto show = [record, not_found](Peer& asker, const Result<ReadGrant>& grant) {
    const Result<ReadGrant> shown = hide_forbidden(grant, not_found);
    if (!shown) return refuse(asker, shown.error());
    const Projection* projection = asker.shard().engine().projections.choose(
        shown->channels, shown->lifts, record.view());
    HttpResponse response;
    response.content_type = kEventMedia;
    append_cloudevent(response.body, record.view(), projection);
    asker.respond(std::move(response));
  };
  // An event without a channel is for `*` alone.
  const auto known = peer.shard().engine().access.check_read_any(
      reader, channels, ReadMode::kHistory, peer.shard().later<ReadGrant>(peer.id(), show));
  if (known) show(peer, *known);
}

void get_event(Peer& peer, const std::string& segment, const Identity& reader) {
  const Result<std::string> text = percent_decode(segment);
  if (!text) return peer.respond(problem(text.error()));
  const Result<Position> position = parse_position(*text);
  if (!position) return peer.respond(problem(position.error()));
  Shard& shard = peer.shard();
  const Engine& engine = shard.engine();
  const OffsetRange held = readable(engine);
  const Error not_found{Code::not_found, "there is no event at " + format(*position)};
  if (position->epoch != engine.log.epoch() || !held.contains(position->offset)) {
    return peer.respond(problem(not_found));
  }
  const bool accepted = shard.read([&shard, &engine, id = peer.id(), reader, not_found,
                                    offset = position->offset] {
    Result<std::vector<Record>> records = engine.log.read({offset});
    return [&shard, id, reader, not_found, records = std::move(records)] {
      Peer* asker = shard.find_peer(id);
      if (asker == nullptr) return;
      if (!records) return asker->respond(problem(records.error()));
      if (records->empty()) return asker->respond(problem(not_found));
      show_event(*asker, reader, records->front(), not_found);
    };
  });
  if (!accepted) peer.respond(problem({Code::overloaded, "too many reads are waiting"}));
}

void get_subject(Peer& peer, const std::string& segment, const Identity& reader) {
  const Result<std::string> subject = percent_decode(segment);
  if (!subject) return peer.respond(problem(subject.error()));
  const Error not_found{Code::not_found, "there is no such subject"};
  if (!is_channel(*subject)) return peer.respond(problem(not_found));
  const auto show = [subject = *subject, not_found](Peer& asker, const Result<ReadGrant>& grant) {
    const Result<ReadGrant> shown = hide_forbidden(grant, not_found);
    if (!shown) return refuse(asker, shown.error());
    const Engine& engine = asker.shard().engine();
    answer_with_read(asker, [&engine, subject, not_found]() -> Result<HttpResponse> {
      const Result<SubjectState> state = engine.log.subject(subject);
      if (!state) return fail(state.error());
      if (state->version == 0) return fail(not_found);
      JsonObject body;
      body.text("subject", subject)
          .number("version", state->version)
          .text("first", format_position(engine.log.epoch(), state->first))
          .text("last", format_position(engine.log.epoch(), state->last));
      return json_response(body.take());
    });
  };
  const auto known = peer.shard().engine().access.check_read(
      reader, {*subject}, ReadMode::kHistory, peer.shard().later<ReadGrant>(peer.id(), show));
  if (known) show(peer, *known);
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

// A session may learn who speaks from `hello`; a stream and a credential that is there already
// are looked at before the upgrade, so that a refusal is an HTTP answer.
void open_websocket(Peer& peer, const HttpRequest& request, const Subprotocol& subprotocol,
                    bool is_offered) {
  if (subprotocol.codec == nullptr) {
    const Result<HistoryQuery> query = parse_history_query(
        request.query(), peer.shard().engine().config.limits.history_events, now());
    if (!query) return peer.respond(problem(query.error()));
    return with_identity(peer, request,
                         [request, query = *query, &subprotocol](Peer& asker, const Identity& who) {
                           open_stream(asker, request, who, query, subprotocol.wire);
                         });
  }
  // A client that offered none must not be told of one: it would have to fail the connection
  // (RFC 6455, section 4.1).
  const std::string_view answered = is_offered ? subprotocol.name : std::string_view();
  if (credential_of(request) == "") {
    return peer.open_session(request, *subprotocol.codec, subprotocol.wire, answered, {});
  }
  with_identity(peer, request, [request, answered, &subprotocol](Peer& asker, const Identity& who) {
    asker.open_session(request, *subprotocol.codec, subprotocol.wire, answered, who);
  });
}

void get_websocket(Peer& peer, const HttpRequest& request) {
  if (const Result<void> upgrade = Connection::check_upgrade(request); !upgrade) {
    HttpResponse response = problem(upgrade.error());
    if (upgrade.error().code == Code::upgrade_required) {
      response.headers.emplace_back("upgrade", "websocket");
      response.headers.emplace_back("sec-websocket-version", "13");
    }
    return peer.respond(response);
  }
  if (peer.shard().draining()) {
    return peer.respond(problem({Code::draining, "the server is going down"}));
  }
  std::vector<std::string_view> offers = subprotocol_offers(request);
  std::erase_if(offers, [](std::string_view offer) { return offer.starts_with("bearer."); });
  const Subprotocol* subprotocol = choose_subprotocol(offers);
  if (subprotocol == nullptr) return peer.respond(problem(unknown_subprotocol()));
  open_websocket(peer, request, *subprotocol, !offers.empty());
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

// Goes on once it is known who asks. The request is kept for that.
using Handler = std::function<void(Peer&, const HttpRequest&, const Identity&)>;
void identified(Peer& peer, HttpRequest& request, const Handler& handle) {
  const auto kept = std::make_shared<const HttpRequest>(std::move(request));
  with_identity(peer, *kept, [kept, handle](Peer& asker, const Identity& identity) {
    handle(asker, *kept, identity);
  });
}

void get(Peer& peer, HttpRequest& request, const std::string& path) {
  constexpr std::string_view kEvents = "/v1/events/";
  constexpr std::string_view kSubjects = "/v1/subjects/";
  if (path == "/v1/ws") return get_websocket(peer, request);
  if (path == "/v1/events") return identified(peer, request, get_events);
  if (path.starts_with(kEvents)) {
    return identified(peer, request, [segment = path.substr(kEvents.size())](
                                         Peer& asker, const HttpRequest&, const Identity& who) {
      get_event(asker, segment, who);
    });
  }
  if (path.starts_with(kSubjects)) {
    return identified(peer, request, [segment = path.substr(kSubjects.size())](
                                         Peer& asker, const HttpRequest&, const Identity& who) {
      get_subject(asker, segment, who);
    });
  }
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
    if (request.method == "POST") return identified(peer, request, post_events);
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
