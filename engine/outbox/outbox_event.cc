#include "engine/outbox/outbox_event.h"

#include <utility>

#include "base/json.h"
#include "schema/json_reader.h"
#include "schema/text.h"

namespace courtside {
namespace {

constexpr std::string_view kEmptyPayload = "{}";

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The payload with the ids that the columns have and it has not, at its end. As it is when it is no
// object, or not sound: the door says so.
std::string with_ids(const OutboxRow& row) {
  std::string out = row.payload.empty() ? std::string(kEmptyPayload) : row.payload;
  if (!is_utf8(out)) return out;
  std::pair<std::string_view, const std::string*> ids[] = {
      {"accountId", &row.account_id}, {"venueId", &row.venue_id}, {"bookingId", &row.booking_id}};
  bool is_empty = true;
  JsonReader reader(out);
  if (!reader.begin_object()) return out;
  while (reader.next_member()) {
    is_empty = false;
    std::string scratch;
    const auto name = json_text(reader.key(), scratch);
    for (auto& [id, value] : ids) {
      if (name && *name == id) value = nullptr;
    }
    reader.value();
  }
  if (!reader.at_end()) return out;
  std::string more;
  for (const auto& [id, value] : ids) {
    if (value == nullptr || value->empty()) continue;
    if (!is_empty) more.push_back(',');
    is_empty = false;
    append_json_string(more, id);
    more.push_back(':');
    append_json_string(more, *value);
  }
  if (!more.empty()) out.insert(out.rfind('}'), more);
  return out;
}

}  // namespace

std::string outbox_subject(const OutboxRow& row) {
  return lower_case(row.aggregate_type) + ":" + row.aggregate_id;
}

Result<IncomingEvent> outbox_event(const OutboxRow& row, std::string_view source,
                                   Timestamp received) {
  if (!row.fault.empty()) return fail(Code::invalid_event, row.fault);
  if (row.event_id.empty()) return fail(Code::invalid_event, "`eventId` is missing");
  if (row.aggregate_type.empty()) return fail(Code::invalid_event, "`aggregateType` is missing");
  if (row.aggregate_id.empty()) return fail(Code::invalid_event, "`aggregateId` is missing");

  const std::string subject = outbox_subject(row);
  const std::string data = with_ids(row);
  const std::string time = row.occurred_at.empty() ? format_rfc3339(received) : row.occurred_at;
  EventFields fields;
  fields.id = row.event_id;
  fields.source = source;
  fields.type = row.type;
  fields.subject = subject;
  fields.time = time;
  fields.datacontenttype = "application/json";
  fields.correlationid = row.correlation_id;
  fields.causationid = row.causation_id;
  fields.actorid = row.actor_id;
  fields.actortype = row.actor_type;
  fields.actorrole = row.actor_role;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  const auto number = [](const std::optional<std::uint64_t>& value) {
    return value ? std::to_string(*value) : std::string();
  };
  const std::string version = number(row.aggregate_version);
  const std::string schema = number(row.schema_version);
  if (!version.empty()) fields.extensions.push_back({"aggregateversion", version});
  if (!schema.empty()) fields.extensions.push_back({"schemaversion", schema});

  IncomingEvent event{.event = build_event(fields)};
  if (const Result<void> checked = check_event(EventView(event.event)); !checked) {
    return fail(checked.error());
  }
  return event;
}

}  // namespace courtside
