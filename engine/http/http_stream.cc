// GET /v1/events as a stream of events, and the subprotocol cloudevents.json: where it begins, and
// what is looked at before it does.
#include <memory>
#include <utility>

#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

// The position that a stream resumes from; empty: none. What the browser adds when it reconnects is
// newer than what stands in the page's URL; readers without headers of their own, such as npm
// event-source-polyfill, add it to the URL as `lastEventId`.
std::string resume_position(const HttpRequest& request, const HistoryQuery& query) {
  const std::string_view header = request.header("last-event-id");
  if (!header.empty()) return std::string(header);
  if (query.last_event_id) return *query.last_event_id;
  return query.after.value_or("");
}

// Where a stream begins; from now where nothing else is said.
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

// A stream that has been asked for: looked at, then begun, unless a right ended in between.
struct StreamOpening {
  HttpRequest request;
  Identity reader;
  protocol::From from;
  std::optional<Timestamp> since;  // where it begins when the position is of another epoch
  std::shared_ptr<Interest> interest;
  bool is_traced = false;
};

void open_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening);

void begin_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening,
                  const Result<Start>& start, bool audited, std::uint64_t rights_changes) {
  if (!start) return exchange.respond(problem(start.error()));
  if (opening->request.method == "HEAD")
    return exchange.show_stream_head();  // nothing is listened to
  if (audited && !opening->is_traced) {
    const auto traced = exchange.append_trace(opening->reader, opening->interest->filter, {});
    if (!traced) return exchange.respond(problem(traced.error()));
    opening->is_traced = true;
  }
  exchange.after_traces([opening, start, rights_changes](Exchange& asker) {
    if (asker.draining()) {
      return asker.respond(problem({Code::draining, "the server is going down"}));
    }
    if (asker.rights_changes() != rights_changes) return open_stream(asker, opening);
    if (const Result<void> taken = asker.door().take_place(opening->reader); !taken) {
      return refuse(asker, taken.error());
    }
    asker.open_stream(opening->request, *start, opening->interest, opening->reader,
                      opening->is_traced);
  });
}

void resolve_stream(Exchange& exchange, const std::shared_ptr<StreamOpening>& opening,
                    const ReadGrant& grant, std::uint64_t rights_changes) {
  const Services& services = exchange.services();
  const auto begin = [opening, rights_changes, audited = grant.audited](
                         Exchange& asker, const Result<Start>& start) {
    if (asker.rights_changes() != rights_changes) return open_stream(asker, opening);
    begin_stream(asker, opening, start, audited, rights_changes);
  };
  if (const auto asked = check_filter(services, opening->interest->filter, grant); !asked) {
    return refuse(exchange, asked.error());
  }
  opening->interest = std::make_shared<Interest>(*opening->interest);
  opening->interest->lifts = grant.lifts;
  protocol::From from = opening->from;
  std::optional<protocol::Gap> epoch_gap;
  if (!start_needs_read(from)) {
    OffsetRange held = exchange.hub().held();
    if (from.kind == protocol::From::Kind::kAfter) held = services.log.held();
    const Result<Start> start = resolve_start(from, services.log.epoch(), held);
    if (start) epoch_gap = start->epoch_gap;
    if (!epoch_gap || !opening->since) return begin(exchange, start);
    // The position says nothing about this log, so that `since` alone says what is wanted of it.
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

}  // namespace

void open_stream(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                 HistoryQuery query, const Wire& wire) {
  if (query.shaped || !query.export_name.empty()) {
    return exchange.respond(
        problem({Code::bad_request,
                 "`before`, `order`, `limit` and `export` do not go with a stream of events"}));
  }
  if (exchange.draining()) {
    return exchange.respond(problem({Code::draining, "the server is going down"}));
  }
  if (const Result<void> taken = exchange.door().take_subscribe(reader); !taken) {
    return refuse(exchange, taken.error());
  }
  auto opening = std::make_shared<StreamOpening>(
      StreamOpening{request, reader, stream_from(request, query), query.filter.since,
                    std::make_shared<Interest>(), false});
  // `since` says where a stream begins. One that resumes goes on from its position: `-90s` of the
  // same URL would cut off what came early in a long interruption.
  if (opening->from.kind == protocol::From::Kind::kAfter) query.filter.since.reset();
  opening->interest->wire = &wire;
  opening->interest->filter = std::move(query.filter);
  open_stream(exchange, opening);
}

}  // namespace courtside
