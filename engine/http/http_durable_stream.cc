// GET /v1/streams/{channel}, the read side of Durable Streams: a page of the log as a JSON array,
// at once or (live=long-poll) when there is an event. live=sse is a stream: http_stream.cc.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "base/time.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "schema/channel.h"
#include "transport/http_text.h"

namespace courtside {
namespace {

using Live = StreamQuery::Live;

// A request for a page. A long poll reads, waits, and reads again.
struct StreamRead {
  HttpRequest request;
  Identity reader;
  StreamQuery query;
  PageCoding coding;
  std::uint64_t until_ms;  // of a long poll
};
using SharedRead = std::shared_ptr<StreamRead>;

void read_page(Exchange& exchange, const SharedRead& read);

// `last`: everything up to there has been looked at.
void add_stream_headers(HttpResponse& response, const Exchange& exchange, const StreamRead& read,
                        Offset last, bool is_up_to_date) {
  response.headers.emplace_back("stream-next-offset",
                                format_sortable_position(exchange.services().log.epoch(), last));
  if (is_up_to_date) response.headers.emplace_back("stream-up-to-date", "true");
  if (read.query.live == Live::kLongPoll) {
    response.headers.emplace_back("stream-cursor",
                                  std::to_string(next_cursor(read.query.cursor, now())));
  }
}

// The end of the log, without events: HEAD, offset=now, and a long poll that waited in vain.
void answer_without_events(Exchange& exchange, const StreamRead& read, Offset last) {
  HttpResponse response = json_response("[]");
  if (read.query.live == Live::kLongPoll && read.request.method != "HEAD") {
    response = {.status = 204, .headers = {kNotStored}};
  }
  add_stream_headers(response, exchange, read, last, /*is_up_to_date=*/true);
  exchange.respond(std::move(response));
}

// An ETag of the whole answer: two readers of a page may see different fields of it.
std::string etag_of(const StreamPage& page, const HttpResponse& response) {
  constexpr std::size_t kDigits = 32;
  Sha256Stream digest;
  digest.append(std::to_string(page.last.value()) + (page.is_last ? "." : "+"));
  digest.append(response.body);
  return "\"" + hex(digest.finish()).substr(0, kDigits) + "\"";
}

// RFC 9110, section 13.1.2.
bool is_known(const HttpRequest& request, std::string_view etag) {
  for (std::string_view rest = request.header("if-none-match"); !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view each = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == etag || each == "*") return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------
// A long poll.

// Waits for an event after `looked`. The reader has, or does not want, what is up to `has`.
void await_page(Exchange& exchange, const SharedRead& read, Offset has, Offset looked,
                const ReadGrant& grant) {
  if (exchange.draining() || exchange.now_ms() >= read->until_ms) {
    return answer_without_events(exchange, *read, has);
  }
  // A connection that waits counts like a stream.
  if (const Result<void> taken = exchange.admission().take_place(read->reader); !taken) {
    return refuse(exchange, taken.error());
  }
  auto place = exchange.admission().hold_subscription(read->reader, /*channels=*/1);
  if (!place) return refuse(exchange, place.error());
  auto interest = std::make_shared<Interest>();
  interest->wire = &durable_wire();
  interest->filter = read->query.filter();
  interest->unmasked_permissions = grant.unmasked_permissions;
  const auto waited = [read, has](Exchange& asker, bool timed_out) {
    if (timed_out) return answer_without_events(asker, *read, has);
    // The token may have ended meanwhile, or the right.
    with_identity(asker, read->request, [read](Exchange& back, const Identity& reader) {
      read->reader = reader;
      read_page(back, read);
    });
  };
  exchange.await_event({.interest = std::move(interest),
                        .next = next(looked),
                        .reader = read->reader,
                        .place = std::move(*place),
                        .until_ms = read->until_ms},
                       waited);
}

// ---------------------------------------------------------------------------------------------
// A page.

void show_page(Exchange& exchange, const SharedRead& read, const ReadGrant& grant,
               const StreamPage& page, HttpResponse response) {
  const bool is_poll = read->query.live == Live::kLongPoll;
  // The audit event of this reader's last page must not be the news of its next one, for ever. It
  // comes with the next other event.
  const std::size_t news = grant.audited ? page.news : page.events;
  if (is_poll && page.is_last && news == 0) {
    const Offset has = page.events == 0 ? page.last : page.after;
    return await_page(exchange, read, has, page.last, grant);
  }
  if (grant.audited) {
    const auto traced = exchange.append_trace(read->reader, read->query.filter(), page.events);
    if (!traced) return exchange.respond(problem(traced.error()));
  }
  if (!is_poll) {
    const std::string etag = etag_of(page, response);
    if (is_known(read->request, etag)) response.status = 304, response.body.clear();
    response.headers.front() = {"cache-control", "private, no-cache"};
    response.headers.emplace_back("etag", etag);
  }
  add_stream_headers(response, exchange, *read, page.last, page.is_last);
  exchange.respond(std::move(response));
}

void read_granted_page(Exchange& exchange, const SharedRead& read, OffsetRange held,
                       const ReadGrant& grant) {
  const Services& services = exchange.services();
  StreamPageTerms terms{.held = held,
                        .events_max = services.config.get()->limits.history_events,
                        .scanned_max = services.config.get()->limits.page_scanned,
                        .reader = read->reader.actor,
                        .unmasked_permissions = grant.unmasked_permissions};
  exchange.read_history(read->reader, [&services, read, grant, terms = std::move(terms)] {
    Result<StreamPage> page =
        read_stream_page(read->query, terms, services.log, services.pages, services.projections);
    HttpResponse response;
    if (page) response = page_response(std::move(page->body), read->coding);
    return [read, grant, page = std::move(page), response = std::move(response)](Exchange& back) {
      if (!page) return back.respond(problem(page.error()));
      show_page(back, read, grant, *page, response);
    };
  });
}

void read_page(Exchange& exchange, const SharedRead& read) {
  const OffsetRange held = readable(exchange.services());
  const bool is_poll = read->query.live == Live::kLongPoll;
  with_read_grant(
      exchange, read->reader, {read->query.channel}, is_poll ? ReadMode::kLive : ReadMode::kHistory,
      [read, held, is_poll](Exchange& asker, const ReadGrant& grant) {
        const Offset head = previous(held.end);
        const bool is_head = read->request.method == "HEAD";
        if (is_head || (read->query.from_now && !is_poll)) {
          return answer_without_events(asker, *read, head);
        }
        if (!read->query.from_now) return read_granted_page(asker, read, held, grant);
        // From here on it is an ordinary poll.
        read->query.from_now = false;
        read->query.after = format_sortable_position(asker.services().log.epoch(), head);
        await_page(asker, read, head, head, grant);
      });
}

}  // namespace

void get_durable_stream(Exchange& exchange, const std::string& segment, const HttpRequest& request,
                        const Identity& reader) {
  Result<std::string> channel = percent_decode(segment);
  if (!channel) return exchange.respond(problem(channel.error()));
  if (!is_channel(*channel) && !is_channel_pattern(*channel)) {
    return exchange.respond(
        problem({Code::not_found, "a stream is a channel such as booking:b_1, kind:* or *"}));
  }
  Result<StreamQuery> query = parse_stream_query(std::move(*channel), request.query());
  if (!query) return exchange.respond(problem(query.error()));
  if (query->live == Live::kSse && request.method != "HEAD") {
    return open_durable_stream(exchange, request, reader, std::move(*query));
  }
  const std::uint64_t wait_ms = exchange.services().config.get()->limits.long_poll_ms;
  read_page(exchange,
            std::make_shared<StreamRead>(StreamRead{.request = request,
                                                    .reader = reader,
                                                    .query = std::move(*query),
                                                    .coding = page_coding(request),
                                                    .until_ms = exchange.now_ms() + wait_ms}));
}

}  // namespace courtside
