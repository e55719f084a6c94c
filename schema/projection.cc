#include "schema/projection.h"

#include <algorithm>
#include <utility>

#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

bool shows(const Projection& projection, std::string_view field) {
  const auto& listed = projection.data_fields;
  const bool is_listed = std::find(listed.begin(), listed.end(), field) != listed.end();
  return is_listed != projection.listed_are_hidden;
}

void append_shown_members(std::string& out, JsonReader& reader, const Projection& projection) {
  std::string scratch;
  bool first = true;
  while (reader.next_member()) {
    const JsonValue key = reader.key();
    const JsonValue value = reader.value();
    // A name that is no UTF-8 text is in no list, so it is shown only where all others are.
    const auto name = json_text(key, scratch);
    if (!(name ? shows(projection, *name) : projection.listed_are_hidden)) continue;
    if (!std::exchange(first, false)) out.push_back(',');
    out.append(key.raw).append(":").append(value.raw);
  }
}

// Data that is no object has no fields: a list of what is shown shows nothing of it.
void project_data(EventFields& fields, const Projection& projection, std::string& data) {
  JsonReader reader(fields.data);
  if (fields.data_kind == DataKind::kJson && reader.begin_object()) {
    data = '{';
    append_shown_members(data, reader, projection);
    data.push_back('}');
    fields.data = data;
  } else if (!projection.listed_are_hidden) {
    fields.data_kind = DataKind::kNone;
    fields.data = {};
  }
}

}  // namespace

EventFields projected(const EventFields& fields, const Projection& projection, std::string& data) {
  EventFields shown = fields;
  project_data(shown, projection, data);
  if (projection.hide_actor) {
    for (const TextAttribute& attribute : text_attributes()) {
      if (attribute.tells_actor) shown.*attribute.field = {};
    }
    // Nobody said what these tell.
    shown.extensions.clear();
  }
  return shown;
}

std::string project_event(EventView event, const Projection& projection) {
  std::string data;
  const EventFields fields = event.fields();
  return build_event(projected(fields, projection, data));
}

DataFields::DataFields(std::string_view json) {
  JsonReader reader(json);
  if (!reader.begin_object()) return;
  std::string key_scratch;
  std::string scratch;
  while (reader.next_member()) {
    const JsonValue key = reader.key();
    const JsonValue value = reader.value();
    if (!value.is(JsonKind::kString)) continue;
    const auto name = json_text(key, key_scratch);
    const auto text = json_text(value, scratch);
    if (name && text) texts_.emplace_back(*name, *text);
  }
}

// The last of two with one name, as JSON.parse has it.
std::optional<std::string_view> DataFields::text(std::string_view field) const& {
  const auto same = [field](const auto& entry) { return entry.first == field; };
  const auto found = std::find_if(texts_.rbegin(), texts_.rend(), same);
  if (found == texts_.rend()) return std::nullopt;
  return found->second;
}

}  // namespace courtside
