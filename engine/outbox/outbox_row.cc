#include "engine/outbox/outbox_row.h"

#include <string>

#include "base/format.h"
#include "base/json.h"
#include "base/utf8.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// The texts that are no columns of the table, or not read as a text from it.
constexpr OutboxText kOtherTexts[] = {{"occurredAt", &OutboxRow::occurred_at},
                                      {"fault", &OutboxRow::fault},
                                      {"content", &OutboxRow::content}};
constexpr OutboxText kPlace = {"place", &OutboxRow::place};

// Every text, in the order in which they are written.
template <typename Visit>
void for_each_text(Visit visit) {
  visit(kPlace);
  for (const OutboxText& each : kOutboxTexts) visit(each);
  for (const OutboxText& each : kOtherTexts) visit(each);
}

struct NumberColumn {
  std::string_view name;
  std::optional<std::uint64_t> OutboxRow::*member;
};
constexpr NumberColumn kNumbers[] = {{"aggregateVersion", &OutboxRow::aggregate_version},
                                     {"schemaVersion", &OutboxRow::schema_version}};
constexpr std::string_view kPayload = "payload";

tl::unexpected<Error> refuse(std::string_view column, std::string_view why) {
  return fail(Code::invalid_event, format("`{}` {}", column, why));
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
  std::string* text = nullptr;
  for_each_text([&](const OutboxText& each) {
    if (each.name == name) text = &(row.*each.member);
  });
  if (text != nullptr) return take_text(*text, name, value);
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
  for_each_text([&](const OutboxText& each) {
    const std::string& text = row.*each.member;
    if (!text.empty()) object.text(each.name, text);
  });
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
