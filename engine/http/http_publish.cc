#include <algorithm>
#include <memory>
#include <utility>

#include "base/ascii.h"
#include "base/json.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "engine/routing/account_events.h"
#include "engine/routing/publisher.h"

namespace courtside {
namespace {

constexpr std::string_view kBatchMedia = "application/cloudevents-batch+json";

// The media type without its parameters, in lower case.
std::string media_type(std::string_view header) {
  std::string media = lower_case(header.substr(0, header.find(';')));
  while (!media.empty() && media.back() == ' ') media.pop_back();
  return media;
}

bool is_binary_mode(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& header) { return header.first.starts_with("ce-"); });
}

// unsupported_media_type unless the headers announce a CloudEvent.
Result<void> check_media(const HttpRequest& request) {
  const std::string media = media_type(request.header("content-type"));
  if (media == kBatchMedia || media == kEventMedia || is_binary_mode(request)) return {};
  JsonObject details;
  details.raw("known",
              "[\"" + std::string(kEventMedia) + "\",\"" + std::string(kBatchMedia) + "\"]");
  return fail(Code::unsupported_media_type,
              "send a CloudEvent: as JSON, as a batch, or with ce-* headers", details.take());
}

// REQUIRES: check_media(request) succeeded.
Result<std::vector<IncomingEvent>> parse_body(const HttpRequest& request, std::string_view body) {
  const std::string media = media_type(request.header("content-type"));
  const Timestamp received = now();
  if (media == kBatchMedia) return parse_cloudevent_batch(body, received);
  Result<IncomingEvent> event =
      media == kEventMedia ? parse_cloudevent(body, received)
                           : parse_binary_cloudevent(
                                 request.headers, request.header("content-type"), body, received);
  if (!event) return fail(event.error());
  std::vector<IncomingEvent> events;
  events.push_back(std::move(*event));
  return events;
}

// Events of an authenticated publisher: each is authorized in turn, then all are appended.
struct Posting {
  Identity publisher;
  std::vector<IncomingEvent> events;
  bool is_batch = false;
  std::vector<PublishGrant> grants = {};  // of the first events, in order
  Admission::BodyLeases room = {};
  int rounds = 1;
};

void append_posting(Exchange& exchange, Posting& posting) {
  std::vector<std::string> ids;
  const AccountEventBounds bounds = bounds_of(*exchange.services().config.get(), now());
  for (std::size_t i = 0; i < posting.events.size(); ++i) {
    ids.emplace_back(EventView(posting.events[i].event).id());
    const auto item = posting.is_batch ? std::optional<std::size_t>(i) : std::nullopt;
    const Result<void> done =
        attribute(posting.events[i], posting.publisher, posting.grants[i], bounds, item);
    if (!done) return refuse(exchange, done.error());
  }
  Result<Append> append =
      make_append(exchange.services().router, std::move(posting.events), posting.publisher, {});
  if (!append) return exchange.respond(problem(append.error()));
  exchange.post_events(std::move(*append), std::move(ids));
}

void ask_for_posting(Exchange& exchange, const std::shared_ptr<Posting>& posting) {
  Access& access = exchange.services().access;
  const auto take = [](Exchange& asker, Posting& of, const Result<PublishGrant>& grant) {
    if (!grant) {
      refuse(asker, grant.error());
      return false;
    }
    of.grants.push_back(*grant);
    return true;
  };
  while (posting->grants.size() < posting->events.size()) {
    const auto known = access.check_publish(
        posting->publisher, EventView(posting->events[posting->grants.size()].event),
        exchange.later<PublishGrant>(
            [posting, take](Exchange& asker, const Result<PublishGrant>& grant) {
              if (take(asker, *posting, grant)) ask_for_posting(asker, posting);
            }));
    if (!known || !take(exchange, *posting, *known)) return;
  }
  // Authorize again if a right may have ended since.
  const bool current = std::all_of(
      posting->grants.begin(), posting->grants.end(),
      [now = access.changes()](const PublishGrant& grant) { return grant.as_of == now; });
  if (current) return append_posting(exchange, *posting);
  if (posting->rounds++ == kRightsRoundsMax) return refuse(exchange, rights_change_too_fast());
  posting->grants.clear();
  ask_for_posting(exchange, posting);
}

void take_posting(Exchange& exchange, const HttpRequest& request, const Identity& publisher,
                  RequestBody& body) {
  Result<std::vector<IncomingEvent>> events = parse_body(request, body.text);
  body.text = std::string();
  if (!events) return respond_error(exchange, events.error());
  const bool is_batch = media_type(request.header("content-type")) == kBatchMedia;
  if (!exchange.services().config.get()->allow_similar_types) {
    if (const auto known = check_types(*events, is_batch); !known) {
      return respond_error(exchange, known.error());
    }
  }
  exchange.admission().spend_publishes(publisher, events->size() - 1);
  ask_for_posting(exchange, std::make_shared<Posting>(Posting{.publisher = publisher,
                                                              .events = std::move(*events),
                                                              .is_batch = is_batch,
                                                              .room = std::move(body.room)}));
}

// Everything that the headers tell, so that a flood of bodies is cheap. A batch is accepted as a
// whole; its other events are spent when they are known, and delay the next request.
Result<void> judge_headers(Exchange& exchange, const HttpRequest& request,
                           const Identity& publisher) {
  if (const auto may = exchange.services().access.check_publisher(publisher); !may) return may;
  if (const auto taken = exchange.admission().take_publish(publisher); !taken) return taken;
  if (const auto plain = check_plain_body(request); !plain) return plain;
  return check_media(request);
}

}  // namespace

void post_events(Exchange& exchange, const HttpRequest& request, const Identity& publisher) {
  if (const Result<void> good = judge_headers(exchange, request, publisher); !good) {
    return refuse(exchange, good.error());
  }
  with_body(exchange, request, publisher, [request, publisher](Exchange& asker, RequestBody& body) {
    take_posting(asker, request, publisher, body);
  });
}

}  // namespace courtside
