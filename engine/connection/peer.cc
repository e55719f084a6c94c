#include "engine/connection/peer.h"

#include <utility>

#include "base/json.h"
#include "base/time.h"
#include "engine/admission/origin.h"
#include "engine/connection/echo_role.h"
#include "engine/connection/history_role.h"
#include "engine/connection/session_role.h"
#include "engine/connection/stream_role.h"
#include "engine/connection/wait_role.h"
#include "engine/http/http_api.h"
#include "engine/http/problem.h"
#include "engine/routing/publisher.h"
#include "transport/http_message.h"

namespace courtside {

Peer::Peer(PeerHost& host, ConnectionAdmission admission, bool is_admin)
    : host_(host),
      is_admin_(is_admin),
      since_(now()),
      link_(host, std::move(admission)),
      traces_(link_, *this) {}

// Destroys an ended role. Call it only when no function up the stack uses the role.
void Peer::destroy_ended_role() {
  if (role_ && role_->is_over()) role_.reset();
}

template <typename Happened>
void Peer::with_role(Happened happened) {
  if (!role_) return;
  happened(*role_);
  destroy_ended_role();
}

void Peer::resume(const Resumption& then) {
  then(*this);
  destroy_ended_role();
}

// ---------------------------------------------------------------------------------------------
// ConnectionHandler.

void Peer::on_proxy_header(Connection& connection, bool is_good) {
  ConnectionAdmission& admission = link_.admission();
  if (!is_good) return admission.deny(Denial::kProxyHeader);
  if (admission.on_proxy_header(connection.peer_address())) return;
  admission.deny(Denial::kConnections);
  connection.abort();
}

void Peer::on_bad_tls(Connection& /*connection*/, const std::string& why) {
  link_.admission().deny(Denial::kTls, why);
}

void Peer::on_request(Connection& /*connection*/, HttpRequest& request) {
  host_.count_request();
  link_.expect_answer();
  link_.set_origin({});
  destroy_ended_role();
  handle_request(*this, request);
  destroy_ended_role();
}

void Peer::on_body(Connection& /*connection*/, std::string& body) {
  const std::unique_ptr<PendingBody> pending = std::move(body_);
  RequestBody received{.text = std::move(body), .room = std::move(pending->room)};
  pending->then(*this, received);
  destroy_ended_role();
}

// Lets the page read the error if its origin is allowed.
void Peer::on_bad_request(Connection& /*connection*/, const Error& error,
                          const HttpHeaders& headers) {
  body_.reset();
  const bool is_allowed = origin_allowed(headers, services().config.get()->allowed_origins);
  link_.set_origin(is_allowed ? find_header(headers, "origin") : std::string_view());
  respond(problem(error));
}

void Peer::on_half_closed(Connection& /*connection*/) {
  with_role([](Role& role) { role.on_half_closed(); });
}

void Peer::on_message(Connection& /*connection*/, Opcode opcode, std::string_view payload) {
  with_role([&](Role& role) { role.on_message(opcode, payload); });
}

void Peer::on_drained(Connection& /*connection*/) {
  with_role([](Role& role) { role.on_drained(); });
}

void Peer::on_closed(Connection& /*connection*/, CloseReason reason, std::uint16_t code) {
  link_.count_close(reason, code);
  link_.close();
  with_role([](Role& role) { role.on_closed(); });
  host_.retire(link_.id());
}

// ---------------------------------------------------------------------------------------------
// Calls from the shard.

void Peer::on_tick(std::uint64_t now_ms) {
  if (link_.is_open()) with_role([now_ms](Role& role) { role.on_tick(now_ms); });
}

void Peer::on_rights_change(const RightsChange& change, bool revokes) {
  if (!link_.is_open()) return;
  with_role([&](Role& role) { role.on_rights_change(change, revokes); });
}

std::string Peer::describe() const {
  const RoleInfo role = role_ ? role_->describe() : RoleInfo{};
  JsonObject json;
  json.number("id", link_.id().value())
      .text("address", link_.address())
      .text("since", format_rfc3339(since_))
      .text("kind", role.kind)
      .text("actor", role.actor)
      .number("subscriptions", role.subscriptions)
      .number("queuedbytes", link_.queued_bytes());
  return json.take();
}

void Peer::cut_history() {
  if (streams_history()) drain({});
}

void Peer::drain(const Goodbye& goodbye) {
  if (!link_.is_open()) return;
  destroy_ended_role();
  if (role_) return with_role([&goodbye](Role& role) { role.drain(goodbye); });
  if (!link_.awaits_answer()) link_.close_after_flush();
}

void Peer::on_log_failure(const Error& error) {
  if (!link_.is_open()) return;
  traces_.on_log_failure(error);
  if (std::exchange(post_, nullptr)) respond(problem(error));
  with_role([&](Role& role) { role.on_log_failure(error); });
}

void Peer::on_verdict(const Verdict& verdict) {
  const auto* refused = std::get_if<Refused>(&verdict.outcome);
  if (verdict.author.ticket == AuditTraces::kTicket) {
    refused != nullptr ? traces_.on_refused(refused->error) : traces_.on_kept();
    return destroy_ended_role();
  }
  if (role_) return role_->on_verdict(verdict);
  if (!post_) return;
  const std::unique_ptr<PendingPost> post = std::move(post_);
  if (refused != nullptr) return respond(problem(refused->error));
  if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
    return respond(problem(conflict_error(post->subjects[conflict->index], *conflict)));
  }
  respond(json_response(
      append_results(hub().epoch(), post->ids, std::get<std::vector<Appended>>(verdict.outcome))));
}

// ---------------------------------------------------------------------------------------------
// Exchange.

void Peer::respond(HttpResponse response) {
  if (!traces_.awaited()) return link_.respond(std::move(response));
  const auto kept = std::make_shared<HttpResponse>(std::move(response));
  traces_.after([kept](Exchange& exchange) { exchange.respond(std::move(*kept)); },
                [this](Exchange&, const Error& error) { link_.respond(problem(error)); });
}

void Peer::after_traces(Resumption then) {
  traces_.after(std::move(then),
                [this](Exchange&, const Error& error) { link_.respond(problem(error)); });
}

void Peer::read_body(Admission::BodyLeases room, Received then) {
  body_ =
      std::make_unique<PendingBody>(PendingBody{.room = std::move(room), .then = std::move(then)});
  link_.read_body();
}

std::optional<Result<Identity>> Peer::identify(const std::optional<std::string>& credential,
                                               Identified then) {
  auto known = services().access.identify(
      credential,
      later<Identity>(
          [then = std::move(then)](Exchange& exchange, const Result<Identity>& identity) {
            then(exchange, exchange.admission().count_if_invalid(identity));
          }),
      link_.client_name());
  if (known) known = admission().count_if_invalid(std::move(*known));
  return known;
}

std::optional<Result<Identity>> Peer::redeem(const std::string& ticket, Identified then) {
  const std::optional<Identity> holder = admission().redeem_ticket(ticket);
  if (!holder) {
    return fail(Code::unauthorized, "the ticket was used, is too old, or is none",
                R"({"reason":"ticket"})");
  }
  return services().access.confirm(*holder, later<Identity>(std::move(then)));
}

void Peer::read_history(const Identity& reader, ReadJob job) {
  // The states of a subscription were admitted with it.
  if (!role_) {
    if (const auto admitted = admission().admit_history(); !admitted) {
      return respond(problem(admitted.error()));
    }
  }
  host_.read_history(admission().read_caller(reader), link_.id(), std::move(job));
}

std::function<void(Resumption)> Peer::resume_later() {
  return [&host = host_, id = link_.id()](Resumption then) { host.resume(id, std::move(then)); };
}

void Peer::post_events(Append append, std::vector<std::string> ids) {
  auto post = std::make_unique<PendingPost>();
  post->ids = std::move(ids);
  for (const NewEvent& event : append.events) {
    post->subjects.emplace_back(EventView(event.event).subject());
  }
  if (const Result<void> submitted = link_.submit(std::move(append), 0); !submitted) {
    return respond(problem(submitted.error()));
  }
  post_ = std::move(post);
}

void Peer::open_session(const HttpRequest& request, const protocol::Codec& codec, const Wire& wire,
                        const UpgradeTerms& terms, std::optional<Identity> identity) {
  role_ = std::make_unique<SessionRole>(*this, link_, traces_, codec, wire, std::move(identity));
  link_.accept_websocket(request, terms);
}

void Peer::open_echo(const HttpRequest& request, const UpgradeTerms& terms) {
  role_ = std::make_unique<EchoRole>(link_, terms.deflate ? terms.deflate->window_bits : 0);
  link_.accept_websocket(request, terms);
}

void Peer::open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                       StreamTerms terms) {
  auto stream = std::make_unique<StreamRole>(*this, link_, std::move(interest), std::move(terms));
  StreamRole& begun = *stream;
  role_ = std::move(stream);
  begun.begin(request, start);
}

void Peer::await_event(EventWait wait, Waited then) {
  auto role = std::make_unique<WaitRole>(*this, link_, std::move(wait), std::move(then));
  WaitRole& begun = *role;
  role_ = std::move(role);
  begun.begin();
}

void Peer::show_stream_head() {
  link_.start_stream(event_stream_head());
  link_.end_stream();
}

void Peer::open_history(HistoryFile file) {
  auto history = std::make_unique<HistoryRole>(*this, link_, traces_, std::move(file));
  HistoryRole& begun = *history;
  role_ = std::move(history);
  begun.begin();
}

}  // namespace courtside
