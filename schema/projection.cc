#include "schema/projection.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/catalogue.h"
#include "schema/channel.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// Listed paths, without the names that were already matched: "minor" of "price.minor" inside
// `price`.
using Paths = std::vector<std::string_view>;

// What the list contains for one field.
struct Listed {
  bool is_named = false;  // a path ends at this field
  bool with_all = false;  // "price.*": the whole value
  Paths within = {};      // the rest of paths that lead below this field
};

constexpr std::string_view kAll = "*";
constexpr std::string_view kWithAll = ".*";

// Compares whole names: a top-level member "price.minor" is not the `minor` of `price`. For hidden
// fields it matches anyway: hiding too much is safer than hiding too little.
void look_up(std::string_view name, std::string_view path, bool is_hidden, Listed& listed) {
  if (path == kAll) listed.with_all = true;
  if (!path.starts_with(name)) return;
  if (!is_hidden && name.find('.') != std::string_view::npos) return;
  path.remove_prefix(name.size());
  if (path.empty()) {
    listed.is_named = true;
  } else if (path == kWithAll) {
    listed.with_all = true;
  } else if (path.front() == '.') {
    listed.within.push_back(path.substr(1));
  }
}

bool is_structure(const JsonValue& value) {
  return value.is(JsonKind::kObject) || value.is(JsonKind::kArray);
}

// Writes the shown part of a value; the bytes are kept if all of it is shown.
//
// A list of shown fields names scalars from the top of the data; an object or array in such a field
// is not shown. A list of hidden fields applies at any depth.
class ShownValue {
 public:
  explicit ShownValue(const Projection& projection)
      : projection_(projection), is_hiding_(projection.listed_are_hidden) {}

  // The listed paths that start at the top of the data; none when the list hides, since those start
  // anywhere.
  Paths from_top() const {
    return is_hiding_ ? Paths()
                      : Paths(projection_.data_fields.begin(), projection_.data_fields.end());
  }

  // Appends the shown part of an object or array that `paths` lead to. Returns false when some of
  // it is hidden.
  bool append_structure(std::string& out, const JsonValue& value, const Paths& paths) {
    JsonReader reader(value.raw);
    const bool is_object = reader.begin_object();
    std::string part(1, is_object ? '{' : '[');
    const bool is_whole =
        is_object ? append_members(part, reader, paths) : append_elements(part, reader, paths);
    part.push_back(is_object ? '}' : ']');
    out.append(is_whole ? value.raw : std::string_view(part));
    return is_whole;
  }

 private:
  bool append_members(std::string& out, JsonReader& reader, const Paths& paths) {
    std::string scratch;
    bool is_first = true;
    bool is_whole = true;
    while (reader.next_member()) {
      const JsonValue key = reader.key();
      const JsonValue value = reader.value();
      // A name that cannot be decoded is in no list.
      const auto name = json_text(key, scratch);
      const Listed listed = name ? list_of(*name, paths) : Listed();
      if (!shows(value, listed)) {
        is_whole = false;
        continue;
      }
      if (!std::exchange(is_first, false)) out.push_back(',');
      out.append(key.raw).push_back(':');
      if (is_structure(value) && !listed.with_all) {
        is_whole = append_structure(out, value, listed.within) && is_whole;
      } else {
        out.append(value.raw);
      }
    }
    return is_whole;
  }

  // The same paths apply to each object or array in the array.
  bool append_elements(std::string& out, JsonReader& reader, const Paths& paths) {
    bool is_first = true;
    bool is_whole = true;
    reader.begin_array();
    while (reader.next_element()) {
      const JsonValue element = reader.value();
      if (!is_structure(element) && !is_hiding_) {
        is_whole = false;
        continue;
      }
      if (!std::exchange(is_first, false)) out.push_back(',');
      if (is_structure(element)) {
        is_whole = append_structure(out, element, paths) && is_whole;
      } else {
        out.append(element.raw);
      }
    }
    return is_whole;
  }

  Listed list_of(std::string_view name, const Paths& paths) const {
    Listed listed;
    for (const std::string_view path : paths) look_up(name, path, is_hiding_, listed);
    if (!is_hiding_) return listed;
    for (const std::string& path : projection_.data_fields) look_up(name, path, true, listed);
    return listed;
  }

  bool shows(const JsonValue& value, const Listed& listed) const {
    if (is_hiding_) return !listed.is_named && !listed.with_all;
    if (listed.with_all) return true;
    return is_structure(value) ? !listed.within.empty() : listed.is_named;
  }

  const Projection& projection_;
  const bool is_hiding_;
};

// A quick test whether the data may contain a hidden name; most events do not. An escape may spell
// any name.
bool may_hide(const Projection& projection, std::string_view data) {
  if (data.find('\\') != std::string_view::npos) return true;
  const auto may_be_there = [data](std::string_view path) {
    if (path.ends_with(kWithAll)) path.remove_suffix(kWithAll.size());
    const std::size_t dot = path.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? path : path.substr(dot + 1);
    return name == kAll || data.find(name) != std::string_view::npos;
  };
  return std::any_of(projection.data_fields.begin(), projection.data_fields.end(), may_be_there);
}

// Data that is not an object has no fields, so a list of shown fields shows nothing of it.
void project_data(EventFields& fields, const Projection& projection, std::string& data) {
  if (fields.data_kind != DataKind::kJson) {
    if (projection.listed_are_hidden) return;
    fields.data_kind = DataKind::kNone;
    fields.data = {};
    return;
  }
  if (projection.listed_are_hidden && !may_hide(projection, fields.data)) return;
  const JsonValue value = JsonReader(fields.data).value();
  if (!projection.listed_are_hidden && !value.is(JsonKind::kObject)) {
    fields.data_kind = DataKind::kNone;
    fields.data = {};
  } else if (is_structure(value)) {
    ShownValue shown(projection);
    shown.append_structure(data, value, shown.from_top());
    fields.data = data;
  }
}

// True when the projection hides the id in this subject.
bool hides_subject(const Projection& projection, std::string_view subject) {
  const std::string_view field = subject_field(channel_kind(subject));
  const auto& listed = projection.data_fields;
  return projection.listed_are_hidden && !field.empty() &&
         std::find(listed.begin(), listed.end(), field) != listed.end();
}

}  // namespace

EventFields projected(const EventFields& fields, const Projection& projection, std::string& data) {
  EventFields shown = fields;
  project_data(shown, projection, data);
  if (hides_subject(projection, fields.subject)) shown.subject = hidden_subject(fields.subject);
  if (projection.hide_actor) {
    for (const TextAttribute& attribute : text_attributes()) {
      if (attribute.identifies_actor) shown.*attribute.field = {};
    }
    // Extensions may also identify the actor.
    shown.extensions.clear();
  }
  return shown;
}

const FieldSelection& ShownPart::selection() const {
  static const FieldSelection all;
  return fields == nullptr ? all : *fields;
}

EventFields projected(EventView event, const ShownPart& part, std::string& data) {
  EventFields fields = event.fields();
  if (!part.selection().needs_data()) {
    fields.data_kind = DataKind::kNone;
    fields.data = {};
  }
  if (part.projection == nullptr) return fields;
  return projected(fields, *part.projection, data);
}

std::string build_part(EventView event, const ShownPart& part) {
  std::string data;
  EventFields fields = projected(event, part, data);
  part.selection().apply(fields);
  return build_event(fields);
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

// Of two members with one name the last wins, as in JSON.parse.
std::optional<std::string_view> DataFields::text(std::string_view field) const& {
  const auto same = [field](const auto& entry) { return entry.first == field; };
  const auto found = std::find_if(texts_.rbegin(), texts_.rend(), same);
  if (found == texts_.rend()) return std::nullopt;
  return found->second;
}

}  // namespace courtside
