#include "engine/outbox/outbox_row.h"

#include <string>

#include "base/json.h"
#include "base/utf8.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// The columns that are texts, under the names that they have in the table.
struct TextColumn {
  std::string_view name;
  std::string OutboxRow::*member;
};
constexpr TextColumn kTexts[] = {{"place", &OutboxRow::place},
                                 {"eventId", &OutboxRow::event_id},
                                 {"type", &OutboxRow::type},
                                 {"aggregateType", &OutboxRow::aggregate_type},
                                 {"aggregateId", &OutboxRow::aggregate_id},
                                 {"venueId", &OutboxRow::venue_id},
                                 {"accountId", &OutboxRow::account_id},
                                 {"bookingId", &OutboxRow::booking_id},
                                 {"actorId", &OutboxRow::actor_id},
                                 {"actorType", &OutboxRow::actor_type},
                                 {"actorRole", &OutboxRow::actor_role},
                                 {"correlationId", &OutboxRow::correlation_id},
                                 {"causationId", &OutboxRow::causation_id},
                                 {"occurredAt", &OutboxRow::occurred_at},
                                 {"fault", &OutboxRow::fault},
                                 {"content", &OutboxRow::content}};

struct NumberColumn {
  std::string_view name;
  std::optional<std::uint64_t> OutboxRow::*member;
};
constexpr NumberColumn kNumbers[] = {{"aggregateVersion", &OutboxRow::aggregate_version},
                                     {"schemaVersion", &OutboxRow::schema_version}};
constexpr std::string_view kPayload = "payload";

tl::unexpected<Error> refuse(std::string_view column, std::string_view why) {
  return fail(Code::invalid_event, "`" + std::string(column) + "` " + std::string(why));
}

Result<void> take_text(std::string& out, std::string_view name, const JsonValue& value) {
  std::string scratch;
  if (!value.is(JsonKind::kString)) return refuse(name, "is no text");
  const auto text = json_text(value, scratch);
  if (!text) return refuse(name, "is no Unicode text");
  out.assign(*text);
  return {};
}

Result<void> take_member(OutboxRow& row, std::string_view name, const JsonValue& value) {
  if (value.absent()) return {};
  for (const TextColumn& column : kTexts) {
    if (column.name == name) return take_text(row.*column.member, name, value);
  }
  for (const NumberColumn& column : kNumbers) {
    if (column.name != name) continue;
    const auto number = json_integer(value);
    if (!number || *number < 0) return refuse(name, "is no whole number");
    row.*column.member = static_cast<std::uint64_t>(*number);
    return {};
  }
  if (name == kPayload) row.payload.assign(value.raw);
  return {};
}

}  // namespace

std::string outbox_row_json(const OutboxRow& row) {
  JsonObject object;
  for (const TextColumn& column : kTexts) {
    const std::string& text = row.*column.member;
    if (!text.empty()) object.text(column.name, text);
  }
  for (const NumberColumn& column : kNumbers) {
    if (const auto& number = row.*column.member) object.number(column.name, *number);
  }
  if (!row.payload.empty()) object.raw(kPayload, row.payload);
  return object.take();
}

Result<OutboxRow> parse_outbox_row(std::string_view json) {
  if (!is_utf8(json)) return fail(Code::invalid_event, "it is no UTF-8 text");
  OutboxRow row;
  JsonReader reader(json);
  if (!reader.begin_object()) return fail(Code::invalid_event, "it is no JSON object");
  Result<void> taken;
  while (reader.next_member()) {
    std::string scratch;
    const auto name = json_text(reader.key(), scratch);
    const JsonValue value = reader.value();
    if (taken && name) taken = take_member(row, *name, value);
  }
  if (!reader.at_end()) return fail(Code::invalid_event, "it is no sound JSON");
  if (!taken) return fail(taken.error());
  return row;
}

}  // namespace courtside
