// GET /v1/events: chooses the response format, and starts the formats of unbounded length.
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "transport/http_accept.h"

namespace courtside {
namespace {

enum class Form : std::uint8_t { kPage, kNdjson, kCsv, kLive };

// Chooses by quality. At equal quality an explicitly accepted format goes before the page.
// Wildcards mean the page, and so does a list that accepts none of the formats.
Form choose_form(const std::vector<Accepted>& list) {
  Form best = Form::kPage;
  int best_quality = std::max({quality_of(list, "application/json"), 0});
  const auto offer = [&](Form form, std::string_view media) {
    const int quality = quality_of(list, media);
    if (quality <= 0 || quality < best_quality || (quality == best_quality && best != Form::kPage))
      return;
    best = form;
    best_quality = quality;
  };
  if (quality_of(list, "application/json") < 0) {
    best_quality = std::max({quality_of(list, "application/*"), quality_of(list, "*/*"), 0});
  }
  offer(Form::kLive, "text/event-stream");
  offer(Form::kNdjson, "application/x-ndjson");
  offer(Form::kCsv, "text/csv");
  return best;
}

HttpResponse stream_head(HistoryForm form, Coding coding) {
  HttpResponse head;
  head.content_type = form == HistoryForm::kCsv ? "text/csv; charset=utf-8; header=present"
                                                : "application/x-ndjson";
  head.headers = {{"vary", "accept, accept-encoding"}, kNotStored, kUnbuffered};
  if (coding != Coding::kIdentity) {
    head.headers.emplace_back("content-encoding", name_of(coding));
  }
  return head;
}

// A file that was requested. Its places are taken while the right is checked.
struct FileOpening {
  HistoryFile file;
  HistorySource::Request request;
  int rounds = 0;
};

void grant_history(Exchange& exchange, const std::shared_ptr<FileOpening>& opening);

void begin_history(Exchange& exchange, const std::shared_ptr<FileOpening>& opening,
                   const ReadGrant& grant) {
  const Services& services = exchange.services();
  // Check again: a stream that begins after all streams were cut would never get its final audit
  // event.
  if (exchange.draining()) {
    return exchange.respond(draining_problem());
  }
  HistorySource::Request& request = opening->request;
  if (const auto asked = check_filter(services, request.query.filter, grant); !asked) {
    return refuse(exchange, asked.error());
  }
  request.unmasked_permissions = grant.unmasked_permissions;
  opening->file.terms.unmasked_permissions = grant.unmasked_permissions;
  opening->file.terms.audited = grant.audited;
  opening->file.source = std::make_shared<HistorySource>(services.log, services.pages,
                                                         services.projections, std::move(request));
  exchange.open_history(std::move(opening->file));
}

void grant_history(Exchange& exchange, const std::shared_ptr<FileOpening>& opening) {
  // Taken before the right is checked: nothing after the right's end is shown.
  opening->request.held = readable(exchange.services());
  const std::uint64_t rights_changes = exchange.rights_changes();
  with_read_grant(exchange, opening->file.terms.reader, opening->request.query.filter.channels,
                  ReadMode::kHistory,
                  [opening, rights_changes](Exchange& asker, const ReadGrant& grant) {
                    // From here on the stream itself is told of rights changes.
                    if (asker.rights_changes() == rights_changes) {
                      return begin_history(asker, opening, grant);
                    }
                    if (opening->rounds++ == kRightsRoundsMax) {
                      return refuse(asker, rights_change_too_fast());
                    }
                    grant_history(asker, opening);
                  });
}

void open_history(Exchange& exchange, const HttpRequest& request, const Identity& reader,
                  HistoryQuery query, HistoryForm form) {
  const Services& services = exchange.services();
  if (exchange.draining()) {
    return exchange.respond(draining_problem());
  }
  const Coding coding = choose_coding(accepted(request.headers, "accept-encoding"));
  Result<Admission::HistoryLeases> place = exchange.admission().lease_history(reader);
  if (!place) return refuse(exchange, place.error());
  auto opening = std::make_shared<FileOpening>();
  opening->file.terms.reader = reader;
  opening->file.terms.head_only = request.method == "HEAD";
  opening->file.terms.export_name = query.export_name;
  opening->file.head = stream_head(form, coding);
  opening->file.place = std::move(*place);
  opening->file.terms.recheck_ms = services.session_limits().recheck_ms;
  opening->file.terms.stall_ms = services.config.get()->limits.history_stall_ms;
  opening->file.terms.bytes_per_second = services.config.get()->limits.history_bytes_per_second;
  opening->file.terms.leeway_s = services.session_limits().leeway_s;
  opening->request.query = std::move(query);
  opening->request.form = form;
  opening->request.coding = coding;
  opening->request.scanned_max = services.config.get()->limits.page_scanned;
  grant_history(exchange, opening);
}

}  // namespace

bool asks_for_stream(const HttpRequest& request) {
  return request.path() == "/v1/events" &&
         choose_form(accepted(request.headers, "accept")) == Form::kLive;
}

void get_events(Exchange& exchange, const HttpRequest& request, const Identity& reader) {
  const Form form = choose_form(accepted(request.headers, "accept"));
  const bool is_file = form == Form::kNdjson || form == Form::kCsv;
  const std::size_t limit_max = is_file ? std::numeric_limits<std::size_t>::max()
                                        : exchange.services().config.get()->limits.history_events;
  const Result<HistoryQuery> query = parse_history_query(request.query(), limit_max, now());
  if (!query) return exchange.respond(problem(query.error()));
  if (!is_file && !query->export_name.empty()) {
    return exchange.respond(
        problem({Code::bad_request, "`export` is only for application/x-ndjson and text/csv"}));
  }
  if (form != Form::kLive && query->last_event_id) {
    return exchange.respond(problem({Code::bad_request,
                                     "`lastEventId` goes with text/event-stream alone; of a page "
                                     "or file it is `after`"}));
  }
  // The audit event would name nobody, and anonymous callers could fill the log with them. (Without
  // access control no caller is anonymous.)
  if (!query->export_name.empty() && reader.kind == Identity::Kind::kAnonymous) {
    return refuse(exchange,
                  {Code::unauthorized, "`export` needs a token: it records who exported"});
  }
  switch (form) {
    case Form::kLive: return open_stream(exchange, request, reader, *query, sse_wire());
    case Form::kNdjson:
      return open_history(exchange, request, reader, *query, HistoryForm::kNdjson);
    case Form::kCsv: return open_history(exchange, request, reader, *query, HistoryForm::kCsv);
    case Form::kPage: return get_page(exchange, request, reader, *query);
  }
}

}  // namespace courtside
