// Streams of events (GET /v1/events, and the subprotocol cloudevents.json): checks the request and
// resolves where the stream begins.
#include <memory>
#include <utility>

#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

// The position to resume from; empty: none. The Last-Event-ID header of a reconnecting browser is
// newer than the page's URL. Clients that cannot set headers, such as npm event-source-polyfill,
// put it into the URL as `lastEventId`.
std::string resume_position(const HttpRequest& request, const HistoryQuery& query) {
  const std::string_view header = request.header("last-event-id");
  if (!header.empty()) return std::string(header);
  if (query.last_event_id) return *query.last_event_id;
  return query.after.value_or("");
}

// Where the stream begins: after a position, since a time, otherwise now.
protocol::From stream_from(const HttpRequest& request, const HistoryQuery& query) {
  protocol::From from;
  std::string position = resume_position(request, query);
  if (!position.empty()) {
    from.kind = protocol::From::Kind::kAfter;
    from.after = std::move(position);
  } else if (query.filter.since) {
    from.kind = protocol::From::Kind::kSince;
    from.since = *query.filter.since;
  }
  return from;
}

// A requested stream: its right is checked, then it begins, unless rights changed in between.
struct StreamOpening {
  HttpRequest request;
  Identity reader;
  protocol::From from = {};
  std::optional<Timestamp> since = {};  // used when the position is of another epoch
  std::shared_ptr<Interest> interest;
  std::shared_ptr<const void> place = {};  // ConnectionAdmission::take_subscribe
  bool is_traced = false;
  std::optional<StreamQuery> durable = {};  // of Durable Streams; `from` and `since` do not count
  std::optional<UpgradeTerms> upgrade = {};
  int rounds = 0;
};

void open_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening);

void open_again(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening) {
  if (opening->rounds++ == kRightsRoundsMax) return refuse(exchange, rights_change_too_fast());
  open_stream(exchange, opening);
}

void begin_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening,
                  const Result<Start>& start, bool audited, std::uint64_t rights_changes) {
  if (!start) return exchange.respond(problem(start.error()));
  if (opening->request.method == "HEAD")
    return exchange.show_stream_head();  // it has no subscription
  if (audited && !opening->is_traced) {
    const auto traced = exchange.append_trace(opening->reader, opening->interest->filter, {});
    if (!traced) return exchange.respond(problem(traced.error()));
    opening->is_traced = true;
  }
  exchange.after_traces([opening, start, rights_changes](Exchange& asker) {
    if (asker.draining()) {
      return asker.respond(draining_problem());
    }
    if (asker.rights_changes() != rights_changes) return open_again(asker, opening);
    if (const Result<void> taken = asker.admission().take_place(opening->reader); !taken) {
      return refuse(asker, taken.error());
    }
    StreamTerms terms{.reader = opening->reader,
                      .place = std::move(opening->place),
                      .is_traced = opening->is_traced,
                      .upgrade = opening->upgrade};
    if (opening->durable) terms.cursor = next_cursor(opening->durable->cursor, now());
    asker.open_stream(opening->request, *start, opening->interest, std::move(terms));
  });
}

// Not with a gap: a client of Durable Streams would not notice it.
Result<Start> durable_start(Exchange& exchange, const StreamQuery& query) {
  const LogReader& log = exchange.services().log;
  const OffsetRange held = query.from_now ? exchange.hub().held() : log.held();
  const Result<OffsetRange> window = stream_window(query, log.epoch(), held);
  if (!window) return fail(window.error());
  return Start{.next = window->begin, .epoch_gap = {}};
}

void resolve_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening,
                    const ReadGrant& grant, std::uint64_t rights_changes) {
  const Services& services = exchange.services();
  const auto begin = [opening, rights_changes, audited = grant.audited](
                         Exchange& asker, const Result<Start>& start) {
    if (asker.rights_changes() != rights_changes) return open_again(asker, opening);
    begin_stream(asker, opening, start, audited, rights_changes);
  };
  if (const auto asked = check_filter(services, opening->interest->filter, grant); !asked) {
    return refuse(exchange, asked.error());
  }
  opening->interest = std::make_shared<Interest>(*opening->interest);
  opening->interest->unmasked_permissions = grant.unmasked_permissions;
  if (opening->durable) return begin(exchange, durable_start(exchange, *opening->durable));
  protocol::From from = opening->from;
  std::optional<protocol::Gap> epoch_gap;
  if (!start_needs_read(from)) {
    OffsetRange held = exchange.hub().held();
    if (from.kind == protocol::From::Kind::kAfter) held = services.log.held();
    const Result<Start> start = resolve_start(from, services.log.epoch(), held);
    if (start) epoch_gap = start->epoch_gap;
    if (!epoch_gap || !opening->since) return begin(exchange, start);
    // The position is of another log, so the stream begins at `since`.
    from = {.kind = protocol::From::Kind::kSince, .after = {}, .last = 0, .since = *opening->since};
    opening->interest->filter.since = opening->since;
  }
  const bool accepted = exchange.read([&services, opening, begin, from, epoch_gap] {
    Result<Start> start =
        resolve_start_reading(from, opening->interest->filter, services.log, services.pages);
    if (start && epoch_gap) {
      start->epoch_gap = epoch_gap;
      start->epoch_gap->to = format_position(services.log.epoch(), previous(start->next));
    }
    return [begin, start](Exchange& asker) { begin(asker, start); };
  });
  if (!accepted) exchange.respond(problem({Code::overloaded, "too many reads are waiting"}));
}

void open_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening) {
  with_read_grant(exchange, opening->reader, opening->interest->filter.channels, ReadMode::kLive,
                  [opening, rights_changes = exchange.rights_changes()](Exchange& asker,
                                                                        const ReadGrant& grant) {
                    resolve_stream(asker, opening, grant, rights_changes);
                  });
}

// Whether another stream may begin, which then has its place. Otherwise the request is answered.
bool admit_stream(Exchange& exchange, StreamOpening& opening) {
  if (exchange.draining()) {
    exchange.respond(draining_problem());
    return false;
  }
  const bool catches_up = opening.durable ? !opening.durable->from_now
                                          : opening.from.kind != protocol::From::Kind::kNow;
  Result<std::shared_ptr<const void>> place = exchange.admission().take_subscribe(
      opening.reader, opening.interest->filter.channels.size(), catches_up);
  if (!place) {
    refuse(exchange, place.error());
    return false;
  }
  opening.place = std::move(*place);
  return true;
}

}  // namespace

void open_durable_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                         StreamQuery query) {
  auto opening = std::make_shared<StreamOpening>(StreamOpening{
      .request = request, .reader = reader, .interest = std::make_shared<Interest>()});
  opening->interest->wire = &durable_wire();
  opening->interest->filter = query.filter();
  opening->durable = std::move(query);
  if (admit_stream(exchange, *opening)) open_stream(exchange, opening);
}

void open_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                 HistoryQuery query, const Wire& wire, std::optional<UpgradeTerms> upgrade) {
  if (query.has_paging || !query.export_name.empty()) {
    return exchange.respond(
        problem({Code::bad_request,
                 "`before`, `order`, `limit` and `export` cannot be used with an event stream"}));
  }
  auto opening =
      std::make_shared<StreamOpening>(StreamOpening{.request = request,
                                                    .reader = reader,
                                                    .from = stream_from(request, query),
                                                    .since = query.filter.since,
                                                    .interest = std::make_shared<Interest>()});
  // A resumed stream continues from its position and ignores `since`: a relative time such as
  // `-90s` would skip the beginning of a long interruption.
  if (opening->from.kind == protocol::From::Kind::kAfter) query.filter.since.reset();
  opening->interest->wire = &wire;
  opening->upgrade = std::move(upgrade);
  opening->interest->filter = std::move(query.filter);
  if (admit_stream(exchange, *opening)) open_stream(exchange, opening);
}

}  // namespace courtside
