#include "schema/projection.h"

#include <algorithm>
#include <utility>

#include "schema/catalogue.h"
#include "schema/channel.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// Whether the list names this very path, `price` or `price.minor`.
bool is_listed(const Projection& projection, std::string_view path) {
  const auto& listed = projection.data_fields;
  return std::find(listed.begin(), listed.end(), path) != listed.end();
}

// Whether the list names something within this path.
bool has_listed_within(const Projection& projection, std::string_view path) {
  const auto is_within = [path](std::string_view listed) {
    return listed.size() > path.size() && listed.starts_with(path) && listed[path.size()] == '.';
  };
  return std::any_of(projection.data_fields.begin(), projection.data_fields.end(), is_within);
}

bool shows(const Projection& projection, std::string_view path) {
  return is_listed(projection, path) != projection.listed_are_hidden;
}

// Writes what is shown of a value. Keeps its bytes where all of it is shown.
class ShownValue {
 public:
  explicit ShownValue(const Projection& projection) : projection_(projection) {}

  // The members of an object that are shown, with commas between them. False where some were not.
  bool append_members(std::string& out, JsonReader& reader, const std::string& prefix) {
    std::string scratch;
    bool is_first = true;
    bool is_whole = true;
    while (reader.next_member()) {
      const JsonValue key = reader.key();
      const JsonValue value = reader.value();
      std::string shown;
      // A name that is no UTF-8 text is in no list, so it is shown only where all others are.
      const auto name = json_text(key, scratch);
      const bool is_shown = name ? append_value(shown, value, prefix + std::string(*name), is_whole)
                                 : projection_.listed_are_hidden;
      is_whole = is_whole && is_shown;
      if (!is_shown) continue;
      if (!std::exchange(is_first, false)) out.push_back(',');
      out.append(key.raw).append(":").append(name ? std::string_view(shown) : value.raw);
    }
    return is_whole;
  }

 private:
  // False where nothing of it is shown.
  bool append_value(std::string& out, const JsonValue& value, const std::string& path,
                    bool& is_whole) {
    const bool is_structure = value.is(JsonKind::kObject) || value.is(JsonKind::kArray);
    const bool is_named = is_listed(projection_, path);
    if (is_named || !is_structure || !has_listed_within(projection_, path)) {
      if (!shows(projection_, path)) return false;
      out.append(value.raw);
      return true;
    }
    std::string part;
    if (append_structure(part, value, path)) {
      out.append(value.raw);
    } else {
      is_whole = false;
      out.append(part);
    }
    return true;
  }

  // Of a list: what is shown of each of its objects and lists; all else as the path itself is.
  bool append_structure(std::string& out, const JsonValue& value, const std::string& path) {
    JsonReader reader(value.raw);
    if (reader.begin_object()) {
      out.push_back('{');
      const bool is_whole = append_members(out, reader, path + ".");
      out.push_back('}');
      return is_whole;
    }
    bool is_whole = true;
    bool is_first = true;
    out.push_back('[');
    reader.begin_array();
    while (reader.next_element()) {
      const JsonValue element = reader.value();
      const bool is_structure = element.is(JsonKind::kObject) || element.is(JsonKind::kArray);
      if (!is_structure && !projection_.listed_are_hidden) {
        is_whole = false;
        continue;
      }
      if (!std::exchange(is_first, false)) out.push_back(',');
      if (!is_structure) {
        out.append(element.raw);
      } else {
        is_whole = append_structure(out, element, path) && is_whole;
      }
    }
    out.push_back(']');
    return is_whole;
  }

  const Projection& projection_;
};

// Data that is no object has no fields: a list of what is shown shows nothing of it.
void project_data(EventFields& fields, const Projection& projection, std::string& data) {
  JsonReader reader(fields.data);
  if (fields.data_kind == DataKind::kJson && reader.begin_object()) {
    data = '{';
    ShownValue(projection).append_members(data, reader, {});
    data.push_back('}');
    fields.data = data;
  } else if (!projection.listed_are_hidden) {
    fields.data_kind = DataKind::kNone;
    fields.data = {};
  }
}

// Whether readers do not see the id that this subject carries.
bool hides_subject(const Projection& projection, std::string_view subject) {
  const std::string_view field = subject_field(channel_kind(subject));
  return projection.listed_are_hidden && !field.empty() && is_listed(projection, field);
}

}  // namespace

EventFields projected(const EventFields& fields, const Projection& projection, std::string& data) {
  EventFields shown = fields;
  project_data(shown, projection, data);
  if (hides_subject(projection, fields.subject)) shown.subject = hidden_subject(fields.subject);
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
