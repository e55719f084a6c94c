#include "engine/delivery/interest.h"

#include <algorithm>

namespace courtside {
namespace {

// The length before each text keeps different lists from having the same key.
void append_text(std::string& key, std::string_view text) {
  key.append(std::to_string(text.size())).append(":").append(text);
}

void append_list(std::string& key, std::vector<std::string> list) {
  std::sort(list.begin(), list.end());
  key.append(std::to_string(list.size())).append("[");
  for (const std::string& text : list) append_text(key, text);
}

void append_time(std::string& key, const std::optional<Timestamp>& time) {
  key.append(time ? std::to_string(time->value()) : "-").append(";");
}

}  // namespace

std::string Interest::key() const {
  std::string key;
  key.append(std::to_string(reinterpret_cast<std::uintptr_t>(wire))).append(";");
  key.append(std::to_string(sub)).append(";");
  key.append(std::to_string(speed)).append(";");
  append_list(key, unmasked_permissions);
  append_list(key, filter.channels);
  append_list(key, filter.types);
  append_text(key, filter.subject);
  append_text(key, filter.actor);
  append_text(key, filter.correlationid);
  append_time(key, filter.since);
  append_time(key, filter.until);
  append_text(key, fields.key());
  return key;
}

ShownPart Interest::shown_part(const Projection* projection) const {
  return {.projection = projection, .fields = fields.is_all() ? nullptr : &fields};
}

bool Interest::selective() const {
  return !filter.types.empty() || !filter.subject.empty() || !filter.actor.empty() ||
         !filter.correlationid.empty() || filter.since || filter.until;
}

std::size_t Interest::page_events(std::size_t page_events_max) const {
  constexpr std::size_t kPacedEvents = 16;
  return speed == 0 ? page_events_max : std::min(page_events_max, kPacedEvents);
}

RenderedPage render_page(std::string_view epoch, const Interest& interest,
                         const Projections& projections, const Page& page) {
  RenderedPage rendered{.frames = {}, .covered = page.covered, .events = page.records.size()};
  EventBlock block;
  std::string body;
  for (const Record& record : page.records) {
    const Projection* projection =
        projections.choose(interest.filter.channels, interest.unmasked_permissions, record.view());
    body.clear();
    interest.wire->append_event_body(body, epoch, record.view(), interest.shown_part(projection));
    interest.wire->append_event(block, interest.sub, body);
    if (interest.speed == 0) continue;
    // Each may be due at a time of its own, so no two share a message.
    interest.wire->finish(block, interest.sub);
    rendered.index.push_back({record->offset(), record->recorded(), block.size()});
  }
  interest.wire->finish(block, interest.sub);
  rendered.frames = SharedBytes(std::move(block.bytes));
  return rendered;
}

}  // namespace courtside
