#include "engine/publisher.h"

#include <utility>

#include "base/json.h"

namespace courtside {

Result<Append> make_append(const Router& router, std::vector<IncomingEvent> events, Author author) {
  Append append{.author = author, .events = {}};
  append.events.reserve(events.size());
  for (IncomingEvent& incoming : events) {
    const EventView event(incoming.event);
    Result<std::vector<std::string>> channels = router.route(event, incoming.channels);
    if (!channels) return fail(channels.error());
    const Hash128 key = hash128(event.source(), event.id());
    append.events.push_back({.event = std::move(incoming.event),
                             .key = key,
                             .channels = std::move(*channels),
                             .expected_version = incoming.expected_version});
  }
  return append;
}

Error conflict_error(std::string_view subject, const Conflict& conflict) {
  JsonObject details;
  details.number("current", conflict.current);
  return Error{Code::version_conflict,
               std::string(subject) + " is at version " + std::to_string(conflict.current) +
                   ", expected " + std::to_string(conflict.expected),
               details.take()};
}

}  // namespace courtside
