#include "engine/routing/publisher.h"

#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "schema/catalogue.h"
#include "schema/event_errors.h"

namespace courtside {
namespace {

constexpr std::size_t kTraceIdLength = 20;

}  // namespace

Result<void> check_types(const std::vector<IncomingEvent>& events, bool is_batch) {
  EventErrors errors;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string meant = nearest_type(EventView(events[i].event).type());
    if (meant.empty()) continue;
    if (is_batch) errors.enter_batch_item(i);
    errors.add("/type", format("is not in the catalogue: did you mean `{}`?", meant));
  }
  if (errors.empty()) return {};
  return fail(errors.error());
}

Result<NewEvent> address_event(const Router& router, IncomingEvent incoming, IdScope scope) {
  const EventView event(incoming.event);
  Result<std::vector<std::string>> channels = router.route(event, incoming.channels);
  if (!channels) return fail(channels.error());
  const Hash128 key = id_key(event, scope);
  return NewEvent{.event = std::move(incoming.event),
                  .key = key,
                  .channels = std::move(*channels),
                  .expected_version = incoming.expected_version,
                  .id_scope = scope};
}

Result<Append> make_append(const Router& router, std::vector<IncomingEvent> events,
                           const Identity& publisher, Author author) {
  Append append{.author = author, .events = {}};
  append.events.reserve(events.size());
  const bool is_trusted = publisher.kind != Identity::Kind::kAccount;
  const IdScope scope = is_trusted ? IdScope::kSource : IdScope::kActor;
  for (IncomingEvent& incoming : events) {
    Result<NewEvent> event = address_event(router, std::move(incoming), scope);
    if (!event) return fail(event.error());
    append.events.push_back(std::move(*event));
  }
  return append;
}

namespace {

std::string filter_json(const Filter& filter) {
  JsonObject asked;
  asked.texts("channels", filter.channels);
  if (!filter.types.empty()) asked.texts("types", filter.types);
  if (!filter.subject.empty()) asked.text("subject", filter.subject);
  if (!filter.actor.empty()) asked.text("actor", filter.actor);
  if (!filter.correlationid.empty()) asked.text("correlationid", filter.correlationid);
  if (filter.since) asked.text("since", format_rfc3339(*filter.since));
  if (filter.until) asked.text("until", format_rfc3339(*filter.until));
  return asked.take();
}

Result<IncomingEvent> trace_event(std::string_view type, const Identity& reader,
                                  std::string_view data, std::string_view causationid,
                                  Timestamp at) {
  if (!is_utf8(data)) return fail(Code::internal, "a trace would not be UTF-8");
  const std::string id = random_word(kTraceIdLength);
  const std::string subject = "audit:" + id;
  const std::string time = format_rfc3339(at);
  EventFields fields;
  fields.id = id;
  fields.source = "/courtside/access";
  fields.type = type;
  fields.subject = subject;
  fields.time = time;
  fields.causationid = causationid;
  fields.actorid = reader.actor;
  fields.actorrole = reader.role;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  return IncomingEvent{.event = build_event(fields)};
}

}  // namespace

Result<IncomingEvent> query_trace(const Identity& reader, const Filter& filter,
                                  std::optional<std::size_t> rows, Timestamp at) {
  JsonObject data;
  data.text("by", reader.actor).raw("filter", filter_json(filter));
  if (rows) data.number("rows", *rows);
  return trace_event("audit.queried", reader, data.take(), {}, at);
}

Result<IncomingEvent> history_trace(const HistoryTrace& trace, Timestamp at) {
  JsonObject data;
  data.text("by", trace.reader.actor)
      .raw("filter", filter_json(trace.filter))
      .text("after", trace.after)
      .text("through", trace.through);
  if (trace.rows) data.number("rows", *trace.rows).boolean("complete", trace.complete);
  const bool is_export = !trace.export_name.empty();
  if (is_export) data.text("export", trace.export_name);
  return trace_event(is_export ? "audit.exported" : "audit.queried", trace.reader, data.take(),
                     trace.causationid, at);
}

Error conflict_error(std::string_view subject, const Conflict& conflict) {
  JsonObject details;
  details.number("current", conflict.current);
  return Error{
      Code::version_conflict,
      format("{} is at version {}, expected {}", subject, conflict.current, conflict.expected),
      details.take()};
}

}  // namespace courtside
