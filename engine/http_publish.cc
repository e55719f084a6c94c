#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "base/json.h"
#include "engine/http_access.h"
#include "engine/http_routes.h"
#include "engine/problem.h"
#include "engine/publisher.h"

namespace courtside {
namespace {

constexpr std::string_view kBatchMedia = "application/cloudevents-batch+json";

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
  Result<Append> append =
      make_append(peer.shard().engine().router, std::move(posting.events), posting.publisher, {});
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

}  // namespace

void post_events(Peer& peer, const HttpRequest& request, const Identity& publisher) {
  // Before the body is looked at, so that a flood costs little; a batch is taken whole and paid for
  // by waiting longer.
  if (const Result<void> taken = peer.door().take_publish(publisher); !taken) {
    return refuse(peer, taken.error());
  }
  Result<std::vector<IncomingEvent>> events = parse_body(request);
  if (!events) return peer.respond(problem(events.error()));
  peer.door().spend_publishes(publisher, events->size() - 1);
  ask_for_posting(peer, std::make_shared<Posting>(Posting{publisher, std::move(*events)}));
}

}  // namespace courtside
