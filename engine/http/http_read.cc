#include <algorithm>
#include <memory>
#include <utility>

#include "base/json.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "schema/channel.h"
#include "transport/http_accept.h"

namespace courtside {
namespace {

// Runs `read` on a read thread and answers with its response or error.
void answer_with_read(Exchange& exchange, const Identity& reader,
                      std::function<Result<HttpResponse>()> read) {
  exchange.read_history(reader, [read = std::move(read)] {
    Result<HttpResponse> answer = read();
    return [answer = std::move(answer)](Exchange& asker) {
      asker.respond(answer ? *answer : problem(answer.error()));
    };
  });
}

}  // namespace

PageCoding page_coding(const HttpRequest& request) {
  const std::vector<Accepted> codings = accepted(request.headers, "accept-encoding");
  return {choose_coding(codings), takes_plain(codings)};
}

HttpResponse page_response(std::string body, PageCoding asked) {
  // Smaller bodies gain nothing from compression.
  constexpr std::size_t kCompressedBytesMin = 1024;
  const bool is_plain = body.size() < kCompressedBytesMin && asked.takes_plain;
  const Coding coding = is_plain ? Coding::kIdentity : asked.coding;
  HttpResponse response =
      json_response(coding == Coding::kIdentity ? std::move(body) : compressed(coding, body));
  response.headers.emplace_back("vary", "accept, accept-encoding");
  if (coding != Coding::kIdentity) {
    response.headers.emplace_back("content-encoding", name_of(coding));
  }
  return response;
}

void get_page(Exchange& exchange, const HttpRequest& request, const Identity& reader,
              const HistoryQuery& query) {
  const PageCoding coding = page_coding(request);
  const OffsetRange held = readable(exchange.services());
  with_read_grant(exchange, reader, query.filter.channels, ReadMode::kHistory,
                  [reader, query, held, coding](Exchange& asker, const ReadGrant& grant) {
                    const Services& services = asker.services();
                    if (const auto asked = check_filter(services, query.filter, grant); !asked) {
                      return refuse(asker, asked.error());
                    }
                    asker.read_history(reader, [&services, reader, query, held, grant, coding] {
                      Result<HistoryAnswer> page =
                          answer_history(query, services.log, within(held, services.log.held()),
                                         services.pages, services.config.get()->limits.page_scanned,
                                         services.projections, grant.unmasked_permissions);
                      HttpResponse response;
                      if (page) response = page_response(std::move(page->body), coding);
                      return [reader, query, grant, page = std::move(page),
                              response = std::move(response)](Exchange& back) {
                        if (!page) return back.respond(problem(page.error()));
                        if (grant.audited) {
                          const auto traced = back.append_trace(reader, query.filter, page->events);
                          if (!traced) return back.respond(problem(traced.error()));
                        }
                        back.respond(response);
                      };
                    });
                  });
}

namespace {

// The channels for the audit event; empty when none is needed. A reader of everything could read
// the log event by event, so each such read leaves one, except for the reader's own events.
std::vector<std::string> traced_channels(const Identity& reader, const ReadGrant& grant) {
  const auto is_own = [&reader](const std::string& channel) {
    return is_own_channel(reader, channel);
  };
  const std::vector<std::string>& by = grant.channels;
  if (reader.kind == Identity::Kind::kAdministrator) return {};
  if (std::any_of(by.begin(), by.end(), is_own)) return {};
  if (std::find(by.begin(), by.end(), "*") != by.end()) return {"*"};
  return grant.audited ? by : std::vector<std::string>();
}

void show_event(Exchange& exchange, const Identity& reader, const Record& record,
                const Error& not_found) {
  const RecordChannels reached = record.view().channels();
  std::vector<std::string> channels(reached.begin(), reached.end());
  channels.emplace_back("*");
  const auto show = [record, reader, not_found](Exchange& asker, const Result<ReadGrant>& grant) {
    asker.admission().counted(grant);
    const Result<ReadGrant> shown = denial_as_not_found(grant, not_found);
    if (!shown) return respond_error(asker, shown.error());
    if (auto traced_as = traced_channels(reader, *shown); !traced_as.empty()) {
      Filter filter;
      filter.channels = std::move(traced_as);
      filter.subject = record.view().event().subject();
      const auto traced = asker.append_trace(reader, filter, 1);
      if (!traced) return respond_error(asker, traced.error());
    }
    const Projection* projection = asker.services().projections.choose(
        shown->channels, shown->unmasked_permissions, record.view());
    HttpResponse response;
    response.content_type = kEventMedia;
    response.headers.push_back(kNotStored);
    append_cloudevent(response.body, record.view(), {.projection = projection});
    asker.respond(std::move(response));
  };
  // An event without a channel is only for readers of everything.
  const auto known = exchange.services().access.check_read_any(reader, channels, ReadMode::kHistory,
                                                               exchange.later<ReadGrant>(show));
  if (known) show(exchange, *known);
}

}  // namespace

void get_event(Exchange& exchange, const std::string& segment, const Identity& reader) {
  const Result<std::string> text = percent_decode(segment);
  if (!text) return exchange.respond(problem(text.error()));
  const Result<Position> position = parse_position(*text);
  if (!position) return exchange.respond(problem(position.error()));
  const Services& services = exchange.services();
  const OffsetRange held = readable(services);
  const Error not_found{Code::not_found, "there is no event at " + format(*position)};
  if (position->epoch != services.log.epoch() || !held.contains(position->offset)) {
    return exchange.respond(problem(not_found));
  }
  exchange.read_history(reader, [&services, reader, not_found, offset = position->offset] {
    Result<std::vector<Record>> records = services.log.read({offset});
    return [reader, not_found, records = std::move(records)](Exchange& asker) {
      if (!records) return asker.respond(problem(records.error()));
      if (records->empty()) return asker.respond(problem(not_found));
      show_event(asker, reader, records->front(), not_found);
    };
  });
}

void get_subject(Exchange& exchange, const std::string& segment, const Identity& reader) {
  const Result<std::string> subject = percent_decode(segment);
  if (!subject) return exchange.respond(problem(subject.error()));
  const Error not_found{Code::not_found, "there is no such subject"};
  if (!is_channel(*subject)) return exchange.respond(problem(not_found));
  const OffsetRange held = readable(exchange.services());
  const auto show = [subject = *subject, reader, held, not_found](Exchange& asker,
                                                                  const Result<ReadGrant>& grant) {
    asker.admission().counted(grant);
    const Result<ReadGrant> shown = denial_as_not_found(grant, not_found);
    if (!shown) return respond_error(asker, shown.error());
    const Services& services = asker.services();
    if (shown->audited) {
      Filter filter;
      filter.subject = subject;
      const auto traced = asker.append_trace(reader, filter, {});
      if (!traced) return respond_error(asker, traced.error());
    }
    answer_with_read(asker, reader,
                     [&services, subject, held, not_found]() -> Result<HttpResponse> {
                       const Result<SubjectState> state = services.log.subject(subject);
                       if (!state) return fail(state.error());
                       if (state->version == 0) return fail(not_found);
                       // The change may be after the end of the right that was checked.
                       if (services.access.enabled() && state->last >= held.end) {
                         return fail(Code::overloaded, "the subject is changing: try again");
                       }
                       JsonObject body;
                       body.text("subject", subject)
                           .number("version", state->version)
                           .text("first", format_position(services.log.epoch(), state->first))
                           .text("last", format_position(services.log.epoch(), state->last));
                       return json_response(body.take());
                     });
  };
  const auto known = exchange.services().access.check_read(reader, {*subject}, ReadMode::kHistory,
                                                           exchange.later<ReadGrant>(show));
  if (known) show(exchange, *known);
}

}  // namespace courtside
