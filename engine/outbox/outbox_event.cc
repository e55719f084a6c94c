#include "engine/outbox/outbox_event.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"
#include "engine/outbox/quoted_json.h"
#include "schema/catalogue.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::string_view kEmptyPayload = "{}";

// A data field that holds an id, and the column's value for it.
struct IdField {
  std::string_view name;
  std::string_view column;           // empty: the column has no value
  bool is_in_payload = false;        // the payload has a value
  bool is_empty_in_payload = false;  // the payload has ""; null counts as missing
};

// The id fields of the row's columns. The aggregate's id is one of them if the catalogue names its
// field.
std::vector<IdField> id_fields(const OutboxRow& row) {
  std::vector<IdField> out = {
      {"accountId", row.account_id}, {"venueId", row.venue_id}, {"bookingId", row.booking_id}};
  const EventFamily* const family = find_family(row.type);
  if (family == nullptr) return out;
  const std::string kind = lower_case(row.aggregate_type);
  for (const SubjectRule& rule : family->subjects) {
    if (rule.kind != kind) continue;
    const auto known = std::find_if(out.begin(), out.end(),
                                    [&](const IdField& each) { return each.name == rule.field; });
    if (known == out.end()) {
      out.push_back({rule.field, row.aggregate_id});
    } else if (known->column.empty()) {
      known->column = row.aggregate_id;
    }
  }
  return out;
}

// The payload: an object that was encoded as a string is decoded, null becomes {}.
std::string payload_text(const OutboxRow& row) {
  if (row.payload.empty() || !is_utf8(row.payload)) {
    return row.payload.empty() ? std::string(kEmptyPayload) : row.payload;
  }
  const JsonValue value = read_json(row.payload);
  if (value.is(JsonKind::kNull)) return std::string(kEmptyPayload);
  if (!value.is(JsonKind::kString)) return row.payload;
  std::string text = unquoted_json(value, kJsonDepthMax);
  return read_json(text).is(JsonKind::kObject) ? text : row.payload;
}

// A member of an object, as raw text.
struct Member {
  std::string_view key;
  std::string_view value;
  IdField* id = nullptr;  // null: not an id field
  bool is_absent = false;
};

// Inserts the member at the object's end.
void insert_member(std::string& object, std::string_view key, std::string_view value,
                   bool is_first) {
  std::string member = is_first ? "" : ",";
  member.append(key).append(":").append(value);
  object.insert(object.rfind('}'), member);
}

// Appends the ids that the columns have and the payload lacks; null and "" count as lacking. A
// payload that is not a valid object stays unchanged; check_event() refuses it later.
std::string with_ids(const OutboxRow& row) {
  const std::string payload = payload_text(row);
  std::vector<IdField> ids = id_fields(row);
  if (!is_utf8(payload)) return payload;
  std::vector<Member> members;
  JsonReader reader(payload);
  if (!reader.begin_object()) return payload;
  while (reader.next_member()) {
    std::string scratch;
    const auto name = json_text(reader.key(), scratch);
    Member member{.key = reader.key().raw, .value = {}};
    for (IdField& id : ids) {
      if (name && *name == id.name) member.id = &id;
    }
    const JsonValue value = reader.value();
    member.value = value.raw;
    if (member.id != nullptr) {
      const bool is_empty = value.raw == "\"\"";
      member.is_absent = value.absent() || is_empty;
      member.id->is_in_payload |= !member.is_absent;
      member.id->is_empty_in_payload |= is_empty;
    }
    members.push_back(member);
  }
  if (!reader.at_end()) return payload;
  const auto is_changed = [](const IdField& id) {
    return !id.is_in_payload && (!id.column.empty() || id.is_empty_in_payload);
  };
  if (std::none_of(ids.begin(), ids.end(), is_changed)) return payload;
  // Keep the original bytes, unless members are replaced.
  const auto is_kept = [&](const Member& each) { return !each.is_absent || !is_changed(*each.id); };
  std::string out = payload;
  std::size_t count = members.size();
  if (!std::all_of(members.begin(), members.end(), is_kept)) {
    out = "{}";
    count = 0;
    for (const Member& each : members) {
      if (is_kept(each)) insert_member(out, each.key, each.value, count++ == 0);
    }
  }
  for (const IdField& id : ids) {
    if (id.is_in_payload || id.column.empty()) continue;
    std::string key;
    std::string value;
    append_json_string(key, id.name);
    append_json_string(value, id.column);
    insert_member(out, key, value, count++ == 0);
  }
  return out;
}

// CloudEvents integers have 32 bits; a larger number becomes a string.
std::string number_token(const std::optional<std::uint64_t>& value) {
  if (!value) return {};
  const std::string digits = std::to_string(*value);
  return *value <= std::numeric_limits<std::int32_t>::max() ? digits : "\"" + digits + "\"";
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
  const std::string version = number_token(row.aggregate_version);
  const std::string schema = number_token(row.schema_version);
  if (!version.empty()) fields.extensions.push_back({"aggregateversion", version});
  if (!schema.empty()) fields.extensions.push_back({"schemaversion", schema});

  IncomingEvent event{.event = build_event(fields)};
  if (const Result<void> checked = check_event(EventView(event.event)); !checked) {
    return fail(checked.error());
  }
  return event;
}

}  // namespace courtside
