#include "engine/peer.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/time.h"
#include "engine/account_events.h"
#include "engine/doors/origin.h"
#include "engine/http_api.h"
#include "engine/preflight.h"
#include "engine/problem.h"
#include "engine/publisher.h"
#include "engine/shard.h"
#include "transport/http_message.h"

namespace courtside {
namespace {

// Of a stream of events, at most: proxies that give up on a quiet connection do so after 30 s or
// more.
constexpr std::uint64_t kKeepAliveMsMax = 15'000;
constexpr std::uint64_t kComeBackSpreadMs = 5'000;
// What a stream is told to wait before it connects again: from the one up to, excluded, the other.
constexpr std::uint64_t kStreamRetryMsMin = 1'000;
constexpr std::uint64_t kStreamRetryMsEnd = 5'000;
// Tells the verdict of a trace from those of the session's publishes, whose tickets count from 1.
constexpr std::uint64_t kTraceTicket = std::uint64_t{1} << 63;

}  // namespace

Peer::~Peer() {
  if (stream_) shard_.hub().remove(stream_->subscriber);
}

// ---------------------------------------------------------------------------------------------
// HTTP.

void Peer::on_proxy_header(Connection& connection, bool is_good) {
  if (!is_good) return door_.deny(Denial::kProxyHeader);
  if (door_.on_proxy_header(connection.peer_address())) return;
  door_.deny(Denial::kConnections);
  connection.abort();
}

void Peer::on_request(Connection& /*connection*/, HttpRequest& request) {
  shard_.count_request();
  origin_.clear();
  handle_request(*this, request);
}

// The page that sent it is to know why, as far as it is known which page that is.
void Peer::on_bad_request(Connection& /*connection*/, const Error& error,
                          const HttpHeaders& headers) {
  const bool is_allowed = origin_allowed(headers, shard_.engine().config.allowed_origins);
  set_origin(is_allowed ? find_header(headers, "origin") : std::string_view());
  respond(problem(error));
}

void Peer::respond(HttpResponse response) {
  if (connection_ == nullptr) return;
  if (traces_awaited_ > 0) {
    const auto kept = std::make_shared<HttpResponse>(std::move(response));
    return after_traces([kept](Peer& peer) { peer.respond(std::move(*kept)); });
  }
  allow_origin(response);
  connection_->respond(response);
}

void Peer::allow_origin(HttpResponse& response) const {
  if (!origin_.empty()) courtside::allow_origin(response, origin_);
}

Result<void> Peer::submit(Append append, bool while_draining) {
  if (shard_.draining() && !while_draining) {
    return fail(Code::draining, "the server is going down");
  }
  Command command(std::move(append));
  if (!shard_.engine().sequencer.submit(command)) {
    return fail(Code::overloaded, "too many appends are pending");
  }
  return {};
}

void Peer::post_events(Append append, std::vector<std::string> ids) {
  auto post = std::make_unique<PendingPost>();
  post->ids = std::move(ids);
  for (const NewEvent& event : append.events) {
    post->subjects.emplace_back(EventView(event.event).subject());
  }
  append.author = {.shard = shard_.number(), .connection = id_.value(), .ticket = 0};
  if (const Result<void> submitted = submit(std::move(append)); !submitted) {
    respond(problem(submitted.error()));
    return;
  }
  post_ = std::move(post);
}

void Peer::on_verdict(const Verdict& verdict) {
  if (verdict.author.ticket == kTraceTicket) return on_trace_kept();
  if (session_) {
    session_->on_verdict(verdict);
    return;
  }
  if (!post_) return;
  const std::unique_ptr<PendingPost> post = std::move(post_);
  if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
    respond(problem(conflict_error(post->subjects[conflict->index], *conflict)));
    return;
  }
  respond(json_response(
      append_results(hub().epoch(), post->ids, std::get<std::vector<Appended>>(verdict.outcome))));
}

// ---------------------------------------------------------------------------------------------
// Sessions and streams.

void Peer::open_session(const HttpRequest& request, const protocol::Codec& codec, const Wire& wire,
                        std::string_view subprotocol, std::optional<Identity> identity) {
  session_ = std::make_unique<Session>(*this, codec, wire, shard_.engine().session_limits,
                                       shard_.loop().now_ms(), std::move(identity));
  connection_->accept_websocket(request, subprotocol);
}

namespace {

HttpResponse event_stream_head() {
  return {.status = 200,
          .content_type = "text/event-stream",
          .headers = {kNotStored, kUnbuffered},
          .body = {}};
}

// Spread, so that those who lose their connections at one moment do not come back at one.
std::uint64_t spread_ms(ConnectionId id, std::uint64_t end_ms) {
  return hash128("retry", std::to_string(id.value())).low % end_ms;
}

}  // namespace

void Peer::show_stream_head() {
  if (connection_ == nullptr) return;
  HttpResponse head = event_stream_head();
  allow_origin(head);
  connection_->start_stream(head);
  connection_->end_stream();
}

void Peer::open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                       const Identity& identity, bool is_traced) {
  const bool is_websocket = interest->wire == &cloudevents_wire();
  stream_.emplace(is_websocket, shard_.loop().now_ms());
  stream_->identity = identity;
  stream_->is_traced = is_traced;
  stream_->interest = interest;
  stream_->next_keep_alive_ms = shard_.loop().now_ms() + keep_alive_ms();
  stream_->next_recheck_ms = shard_.loop().now_ms() + shard_.engine().session_limits.recheck_ms;
  if (stream_->is_websocket) {
    connection_->accept_websocket(request, "cloudevents.json");
  } else {
    HttpResponse head = event_stream_head();
    allow_origin(head);
    connection_->start_stream(head);
  }
  begin_stream(start);
  stream_->subscriber = hub().add(*this, std::move(interest), start.next);
  hub().advance(stream_->subscriber);
}

// Most of them have left: a page closes its EventSource so. A byte to one of those is answered with
// a reset, which frees its place at once; one that reads on hears where it is.
void Peer::on_half_closed(Connection& /*connection*/) {
  if (stream_ && connection_->queued_bytes() == 0) send_stream_position();
}

// Sent at once: a client that is cut before its first event resumes from here, and proxies and
// browsers wait for a first byte before they call the stream open. The gap comes first: a position
// of this log would hide it from a client that is cut in between.
void Peer::begin_stream(const Start& start) {
  const Wire& wire = *stream_->interest->wire;
  std::string frames;
  if (start.epoch_gap) wire.append_message(frames, *start.epoch_gap);
  wire.append_beginning(
      frames,
      {.position = format_position(hub().epoch(), previous(start.next)),
       .heartbeat_ms = keep_alive_ms(),
       .retry_ms = kStreamRetryMsMin + spread_ms(id_, kStreamRetryMsEnd - kStreamRetryMsMin)});
  send_frame(std::move(frames));
}

std::uint64_t Peer::keep_alive_ms() const {
  return std::min<std::uint64_t>(shard_.engine().session_limits.heartbeat_ms, kKeepAliveMsMax);
}

void Peer::on_message(Connection& /*connection*/, Opcode opcode, std::string_view payload) {
  if (session_) {
    session_->on_message(opcode == Opcode::kText, payload);
  } else {
    close(static_cast<std::uint16_t>(info(Code::bad_request).close_code),
          "cloudevents.json is receive only");
  }
}

void Peer::on_drained(Connection& /*connection*/) {
  if (session_) session_->on_drained();
  on_history([](HistoryStream& history) { history.on_drained(); });
  if (stream_) hub().on_drained(stream_->subscriber);
}

void Peer::on_tick(std::uint64_t now_ms) {
  if (connection_ == nullptr) return;
  if (session_) {
    session_->on_tick(now_ms, traffic());
  } else if (stream_) {
    tick_stream(now_ms);
  } else if (history_) {
    on_history([now_ms](HistoryStream& history) {
      history.on_tick(now_ms, now().value() / kMicrosPerSecond);
    });
  }
}

Traffic Peer::traffic() const {
  return {.received_ms = connection_->last_heard_ms(),
          .sent_bytes = connection_->bytes_written() + connection_->queued_bytes(),
          .acknowledged_bytes = connection_->bytes_acknowledged()};
}

void Peer::tick_stream(std::uint64_t now_ms) {
  const SessionLimits& limits = shard_.engine().session_limits;
  if (stream_->liveness.is_dead(now_ms, traffic(), 2 * std::uint64_t{limits.heartbeat_ms})) {
    return end_stream(static_cast<std::uint16_t>(info(Code::timeout).close_code),
                      "no sign of life for two heartbeats");
  }
  const auto expires_s = stream_->identity.expires_s;
  if (expires_s && now().value() / kMicrosPerSecond >= *expires_s + limits.leeway_s) {
    return end_stream(static_cast<std::uint16_t>(info(Code::token_expired).close_code),
                      "the token has expired");
  }
  if (now_ms >= stream_->next_recheck_ms) {
    stream_->next_recheck_ms = now_ms + limits.recheck_ms;
    check_stream(/*stand_still=*/false);
    if (!stream_) return;
  }
  if (now_ms < stream_->next_keep_alive_ms) return;
  stream_->next_keep_alive_ms = now_ms + keep_alive_ms();
  if (stream_->is_websocket) send_ping();
  if (!connection_->congested()) send_stream_position();  // a congested one has enough to read
}

// As an event and not as a comment: a page in a browser sees it, and notices when it stays away.
void Peer::send_stream_position() {
  const SubscriberId subscriber = stream_->subscriber;
  std::string frame;
  const Wire& wire = *stream_->interest->wire;
  if (hub().live(subscriber)) {
    wire.append_message(frame, protocol::Live{0, hub().head()});
  } else {
    const Offset served = previous(hub().next_of(subscriber));
    wire.append_message(frame, protocol::Progress{format_position(hub().epoch(), served)});
  }
  send_frame(std::move(frame));
}

void Peer::on_closed(Connection& /*connection*/, CloseReason /*reason*/, std::uint16_t /*code*/) {
  connection_ = nullptr;
  on_history([](HistoryStream& history) { history.on_gone(); });
  shard_.retire(id_);
}

void Peer::drain(std::uint16_t code) {
  if (connection_ == nullptr) return;
  if (session_) {
    session_->drain(static_cast<std::uint32_t>(spread_ms(id_, kComeBackSpreadMs)), code);
  } else if (stream_) {
    end_stream(code, "the server is going down");
  } else if (history_) {
    cut_history_stream("the server is going down");
  } else if (!post_ && traces_awaited_ == 0) {
    connection_->close_after_flush();
  }
}

void Peer::end_stream(std::uint16_t code, std::string_view reason) {
  hub().remove(stream_->subscriber);
  if (stream_->is_websocket) return close(code, reason);
  connection_->end_stream();
  connection_->close_after_flush();
}

void Peer::abort() {
  if (connection_ != nullptr) connection_->abort();
}

// ---------------------------------------------------------------------------------------------
// Access.

namespace {

// Whether somebody who reads these channels may be touched by it.
bool concerns(const RightsChange& change, const Identity& reader,
              const std::vector<std::string>& channels) {
  if (change.fact.kind == FactKind::kAccount) {
    return reader.kind == Identity::Kind::kAccount && reader.actor == change.fact.id;
  }
  return std::find(channels.begin(), channels.end(), channel_of(change.fact)) != channels.end();
}

}  // namespace

void Peer::on_rights_change(const RightsChange& change, bool revokes) {
  if (connection_ == nullptr) return;
  if (session_) return session_->on_rights_change(change, revokes);
  if (history_ && concerns(change, history_->reader(), history_->channels())) {
    on_history([revokes](HistoryStream& history) {
      revokes ? history.cut("the token was revoked") : history.on_rights_change();
    });
  }
  if (!stream_ || !concerns(change, stream_->identity, stream_->interest->filter.channels)) return;
  if (!revokes) return check_stream(/*stand_still=*/true);
  end_stream(static_cast<std::uint16_t>(info(Code::unauthorized).close_code),
             "the token was revoked");
}

void Peer::check_stream(bool stand_still) {
  const std::uint64_t attempt = ++stream_->check_attempt;
  const auto known = shard_.engine().access.check_read(
      stream_->identity, stream_->interest->filter.channels, ReadMode::kLive,
      shard_.later<ReadGrant>(id_, [attempt](Peer& peer, const Result<ReadGrant>& grant) {
        peer.on_stream_checked(attempt, grant);
      }));
  if (known) {
    on_stream_checked(attempt, *known);
  } else if (stand_still) {
    hub().suspend(stream_->subscriber);
  }
}

// A stream has no word for "other fields from now on", and none for "wait until a trace is kept":
// its client connects again.
void Peer::on_stream_checked(std::uint64_t attempt, const Result<ReadGrant>& grant) {
  if (connection_ == nullptr || !stream_ || stream_->check_attempt != attempt) return;
  if (!grant) {
    const Error error = error_for_caller(grant.error());
    return end_stream(static_cast<std::uint16_t>(info(error.code).close_code), error.message);
  }
  const bool lacks_trace = grant->audited && !stream_->is_traced;
  if (lacks_trace || grant->lifts != stream_->interest->lifts) {
    return end_stream(static_cast<std::uint16_t>(info(Code::timeout).close_code),
                      "what you may see has changed: connect again");
  }
  hub().resume(stream_->subscriber);
}

std::optional<Result<Identity>> Peer::identify(const std::optional<std::string>& credential,
                                               Identified then) {
  auto known = shard_.engine().access.identify(
      credential, shard_.later<Identity>(
                      id_, [then = std::move(then)](Peer& peer, const Result<Identity>& identity) {
                        then(peer, peer.door_.judged(identity));
                      }));
  if (known) known = door_.judged(std::move(*known));
  return known;
}

std::optional<Result<Identity>> Peer::redeem(const std::string& ticket, Identified then) {
  const std::optional<Identity> holder = door_.redeem_ticket(ticket);
  if (!holder) {
    return fail(Code::unauthorized, "the ticket was used, is too old, or is none",
                R"({"reason":"ticket"})");
  }
  return shard_.engine().access.confirm(*holder, shard_.later<Identity>(id_, std::move(then)));
}

std::optional<Result<Identity>> Peer::identify(const std::optional<std::string>& credential,
                                               std::uint64_t attempt) {
  auto known = identify(credential, [attempt](Peer& peer, const Result<Identity>& identity) {
    if (!peer.session_) return;
    peer.session_->on_identity(attempt, peer.door_.counted(peer.door_.admitted(identity)));
  });
  if (known) known = door_.counted(door_.admitted(std::move(*known)));
  return known;
}

Result<void> Peer::check_credential(const Identity& identity) {
  return shard_.engine().access.check_credential(identity);
}

std::optional<Result<ReadGrant>> Peer::check_read(const Identity& identity,
                                                  const std::vector<std::string>& channels,
                                                  std::uint32_t sub, std::uint64_t attempt) {
  const auto known = shard_.engine().access.check_read(
      identity, channels, ReadMode::kLive,
      shard_.later<ReadGrant>(id_, [sub, attempt](Peer& peer, const Result<ReadGrant>& grant) {
        peer.door_.counted(grant);
        if (peer.session_) peer.session_->on_read_checked(sub, attempt, grant);
      }));
  if (known) door_.counted(*known);
  return known;
}

std::optional<Result<PublishGrant>> Peer::check_publish(const Identity& identity, EventView event,
                                                        std::uint64_t attempt) {
  if (const Result<void> taken = door_.counted(door_.take_publish(identity)); !taken) {
    return fail(taken.error());
  }
  const auto known = shard_.engine().access.check_publish(
      identity, event,
      shard_.later<PublishGrant>(id_, [attempt](Peer& peer, const Result<PublishGrant>& grant) {
        peer.door_.counted(grant);
        if (peer.session_) peer.session_->on_publish_checked(attempt, grant);
      }));
  if (known) door_.counted(*known);
  return known;
}

std::uint64_t Peer::rights_changes() const { return shard_.engine().access.changes(); }

Result<void> Peer::append_trace(const Identity& identity, const Filter& filter,
                                std::optional<std::size_t> rows) {
  if (const auto taken = door_.counted(door_.take_publish(identity)); !taken) return taken;
  Result<IncomingEvent> trace = query_trace(identity, filter, rows, now());
  if (!trace) return fail(trace.error());
  return append_trace_event(std::move(*trace));
}

void Peer::after_traces(std::function<void(Peer&)> then) {
  if (traces_awaited_ == 0) return then(*this);
  after_traces_.push_back(std::move(then));
}

void Peer::on_trace_kept() {
  --traces_awaited_;
  // One of them may append the next trace, which the rest then waits for too.
  while (connection_ != nullptr && traces_awaited_ == 0 && !after_traces_.empty()) {
    const auto then = std::move(after_traces_.front());
    after_traces_.pop_front();
    then(*this);
  }
}

std::optional<Result<void>> Peer::trace_read(const Identity& identity, const Filter& filter,
                                             std::uint32_t sub, std::uint64_t attempt) {
  const Result<void> appended = append_trace(identity, filter, std::nullopt);
  if (!appended) return appended;
  after_traces([sub, attempt](Peer& peer) {
    if (peer.session_) peer.session_->on_read_traced(sub, attempt);
  });
  return std::nullopt;
}

Result<void> Peer::append_trace_event(IncomingEvent event, bool while_draining) {
  std::vector<IncomingEvent> events;
  events.push_back(std::move(event));
  Result<Append> append =
      make_append(shard_.engine().router, std::move(events), Identity{},
                  {.shard = shard_.number(), .connection = id_.value(), .ticket = kTraceTicket});
  if (!append) return fail(append.error());
  const Result<void> submitted = submit(std::move(*append), while_draining);
  if (submitted) ++traces_awaited_;
  return submitted;
}

// ---------------------------------------------------------------------------------------------
// SubscriberOwner, SessionHost.

Hub& Peer::hub() { return shard_.hub(); }

void Peer::send_frames(const SharedBytes& frames) {
  if (connection_ == nullptr) return;
  connection_->send_paced(frames);
  // A large commit comes in several blocks within one turn: let the kernel have what it takes
  // before this one is called slow.
  if (connection_->congested()) connection_->flush();
}

bool Peer::congested() const { return connection_ == nullptr || connection_->congested(); }

// A log that cannot be read is not asked again and again: the client comes back at its own pace.
void Peer::on_read_failed() {
  if (connection_ == nullptr) return;
  constexpr std::string_view kReason = "the log could not be read";
  if (session_) session_->break_off(kReason);
  if (stream_) {
    end_stream(static_cast<std::uint16_t>(info(Code::internal).close_code), kReason);
  }
}

void Peer::send_frame(std::string frame) {
  if (connection_ != nullptr) connection_->send(SharedBytes(std::move(frame)));
}

void Peer::send_ping() {
  if (connection_ != nullptr) connection_->ping();
}

void Peer::close(std::uint16_t code, std::string_view reason) {
  if (connection_ != nullptr) connection_->close_websocket(code, reason);
}

void Peer::pause_reading() {
  if (connection_ != nullptr) connection_->pause_reading();
}

void Peer::resume_reading() {
  if (connection_ != nullptr) connection_->resume_reading();
}

OffsetRange Peer::log_held() const { return shard_.engine().log.held(); }

void Peer::resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                         const Filter& filter) {
  Shard& shard = shard_;
  const bool accepted = shard.read([&shard, id = id_, sub, attempt, from, filter] {
    const Engine& engine = shard.engine();
    const Result<Start> start = resolve_start_reading(from, filter, engine.log, engine.pages);
    return [&shard, id, sub, attempt, start] {
      if (Peer* peer = shard.find_peer(id)) peer->on_start(sub, attempt, start);
    };
  });
  if (!accepted) {
    // Not from within the session's own call: it is in the middle of its subscribe.
    shard.post_task([&shard, id = id_, sub, attempt] {
      const Result<Start> refused = fail(Code::overloaded, "too many reads are waiting");
      if (Peer* peer = shard.find_peer(id)) peer->on_start(sub, attempt, refused);
    });
  }
}

void Peer::on_start(std::uint32_t sub, std::uint64_t attempt, const Result<Start>& start) {
  if (session_) session_->on_start(sub, attempt, start);
}

Result<void> Peer::publish(IncomingEvent event, const Identity& identity, const PublishGrant& grant,
                           std::uint64_t ticket) {
  const AccountEventBounds bounds = bounds_of(shard_.engine().config, now());
  if (const auto attributed = attribute(event, identity, grant, bounds); !attributed) {
    return attributed;
  }
  std::vector<IncomingEvent> events;
  events.push_back(std::move(event));
  if (!shard_.engine().config.allow_similar_types) {
    if (const Result<void> known = check_types(events, /*is_batch=*/false); !known) return known;
  }
  Result<Append> append =
      make_append(shard_.engine().router, std::move(events), identity,
                  {.shard = shard_.number(), .connection = id_.value(), .ticket = ticket});
  if (!append) return fail(append.error());
  return submit(std::move(*append));
}

}  // namespace courtside
