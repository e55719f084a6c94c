#include "schema/data_schema.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/ascii.h"
#include "base/check.h"
#include "base/json.h"
#include "schema/channel.h"

namespace courtside {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::string_view kPath = "/schemas/";

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "NoShowConfirmed" for "no_show_confirmed".
std::string pascal_case(std::string_view name) {
  std::string text;
  bool begins = true;
  for (const char c : name) {
    if (c != '_' && c != '.') text.push_back(begins && c >= 'a' ? static_cast<char>(c - 32) : c);
    begins = c == '_' || c == '.';
  }
  return text;
}

std::string json_list(const Names& names) {
  std::string out = "[";
  for (const std::string_view name : names) {
    if (out.size() > 1) out.append(", ");
    append_json_string(out, name);
  }
  return out.append("]");
}

std::string reference_to(std::string_view references, FieldType type) {
  return "{\"$ref\": \"" + std::string(references).append(value_schema_name(type)) + "\"}";
}

// ---------------------------------------------------------------------------------------------
// Shapes.

// The ids of the subjects that the family's events may be about.
Names subject_ids(const EventFamily& family) {
  Names ids;
  for (const SubjectRule& rule : family.subjects) {
    if (!contains(ids, rule.field)) ids.push_back(rule.field);
  }
  return ids;
}

Names required_ids(const EventFamily& family, std::string_view event) {
  const Names subjects = subject_ids(family);
  Names ids = subjects.size() == 1 ? subjects : Names{};
  for (const RequiredId& id : family.required) {
    if (id.event == event && !contains(ids, id.field)) ids.push_back(id.field);
  }
  return ids;
}

DataShape make_shape(const EventFamily& family, Names required) {
  DataShape shape{.name = pascal_case(family.name), .family = &family};
  const Names subjects = subject_ids(family);
  const auto is_required = [&](std::string_view id) { return contains(required, id); };
  if (std::none_of(subjects.begin(), subjects.end(), is_required)) shape.any_of = subjects;
  shape.required = std::move(required);
  return shape;
}

// One shape, or two: the events that change rights have further ids.
std::vector<DataShape> shapes_of(const EventFamily& family) {
  std::vector<DataShape> shapes;
  for (const EventRule& event : family.events) {
    const Names required = required_ids(family, event.name);
    const auto same = [&](const DataShape& shape) { return shape.required == required; };
    auto shape = std::find_if(shapes.begin(), shapes.end(), same);
    if (shape == shapes.end()) {
      shape = shapes.insert(shapes.end(), make_shape(family, required));
    }
    shape->events.push_back(event);
  }
  COURTSIDE_CHECK(shapes.size() <= 2);
  const auto fewer = [](const DataShape& a, const DataShape& b) {
    return a.required.size() < b.required.size();
  };
  std::stable_sort(shapes.begin(), shapes.end(), fewer);
  shapes.front().name += "Data";
  if (shapes.size() == 2) shapes.back().name += "RightsData";
  return shapes;
}

// ---------------------------------------------------------------------------------------------
// Documents.

std::string document_for(const DataShape& shape, const EventRule& event) {
  const std::string type = std::string(shape.family->name).append(".").append(event.name);
  std::string out =
      "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"$id\": ";
  append_json_string(out, std::string(kPath) + type);
  out.append(",\n  \"title\": ");
  append_json_string(out, pascal_case(type) + "Data");
  out.append(",\n  \"description\": ");
  append_json_string(out, sentence(event.meaning));
  out.append(",\n  \"type\": \"object\",\n");
  if (!shape.any_of.empty()) {
    out.append("  \"anyOf\": [");
    for (const std::string_view id : shape.any_of) {
      if (id != shape.any_of.front()) out.append(", ");
      out.append("{\"required\": ").append(json_list({id})).append(", \"properties\": {");
      append_json_string(out, id);
      out.append(": {\"type\": \"string\"}}}");
    }
    out.append("],\n");
  }
  out.append(shape_members(shape, "#/$defs/", "  "));
  out.append(",\n  \"$defs\": {\n");
  for (const ValueSchema& value : value_schemas()) {
    if (&value != value_schemas().data()) out.append(",\n");
    out.append("    \"").append(value.name).append("\": ").append(value.schema);
  }
  return out.append("\n  }\n}\n");
}

using Documents = std::map<std::string, std::string, std::less<>>;

const Documents& documents() {
  static const Documents made = [] {
    Documents by_type;
    for (const DataShape& shape : data_shapes()) {
      for (const EventRule& event : shape.events) {
        const std::string type = std::string(shape.family->name).append(".").append(event.name);
        by_type.emplace(type, document_for(shape, event));
      }
    }
    return by_type;
  }();
  return made;
}

// ---------------------------------------------------------------------------------------------
// Values.

std::string integer_schema() {
  const std::string max = std::to_string(kCatalogueIntegerMax);
  return R"({"type": "integer", "minimum": -)" + max + R"(, "maximum": )" + max + "}";
}

std::vector<ValueSchema> make_value_schemas() {
  const auto channels = notification_channels();
  return {
      {FieldType::kId, "Id",
       R"({"type": "string", "minLength": 1, "maxLength": )" + std::to_string(kChannelIdBytesMax) +
           R"(, "pattern": "^[^\\x00-\\x1f\\x7f]*$", "description": "1 to 64 bytes of UTF-8 )"
           R"(without control characters"})"},
      {FieldType::kText, "Text", R"({"type": "string"})"},
      {FieldType::kTime, "Time",
       R"({"type": "string", "format": "date-time", "pattern": )"
       R"("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$", )"
       R"("description": "RFC 3339"})"},
      {FieldType::kMoney, "Money",
       R"({"type": "object", "required": ["minor", "currency"], "properties": {"minor": )" +
           integer_schema() +
           R"(, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}, )"
           R"("additionalProperties": true, "description": "an amount in minor units, such as paise or cents"})"},
      {FieldType::kInteger, "Integer", integer_schema()},
      {FieldType::kNotificationChannel, "NotificationChannel",
       R"({"type": "string", "enum": )" + json_list(Names(channels.begin(), channels.end())) + "}"},
  };
}

}  // namespace

std::span<const DataShape> data_shapes() {
  static const std::vector<DataShape> made = [] {
    std::vector<DataShape> all;
    for (const EventFamily& family : catalogue()) {
      for (DataShape& shape : shapes_of(family)) all.push_back(std::move(shape));
    }
    return all;
  }();
  return made;
}

std::span<const ValueSchema> value_schemas() {
  static const std::vector<ValueSchema> made = make_value_schemas();
  return made;
}

std::string_view value_schema_name(FieldType type) {
  const auto all = value_schemas();
  const auto found =
      std::find_if(all.begin(), all.end(), [type](const ValueSchema& v) { return v.type == type; });
  COURTSIDE_CHECK(found != all.end());
  return found->name;
}

std::vector<FieldRule> fields_of(const DataShape& shape) {
  std::vector<FieldRule> fields;
  for (const std::string_view id : catalogue_ids()) fields.push_back({id, FieldType::kId});
  fields.insert(fields.end(), shape.family->fields.begin(), shape.family->fields.end());
  return fields;
}

std::string shape_members(const DataShape& shape, std::string_view references,
                          std::string_view indent) {
  const auto line = [indent](std::string& out) -> std::string& { return out.append(indent); };
  std::string out;
  if (!shape.required.empty()) {
    line(out).append("\"required\": ").append(json_list(shape.required)).append(",\n");
  }
  line(out).append("\"properties\": {");
  bool is_first = true;
  for (const FieldRule& field : fields_of(shape)) {
    const std::string value = reference_to(references, field.type);
    out.append(is_first ? "\n" : ",\n");
    line(out).append("  \"").append(field.name).append("\": ");
    out.append(contains(shape.required, field.name)
                   ? value
                   : "{\"oneOf\": [" + value + ", {\"type\": \"null\"}]}");
    is_first = false;
  }
  line(out.append("\n")).append("},\n");
  return line(out).append("\"additionalProperties\": true");
}

std::string sentence(std::string_view meaning) {
  std::string text(meaning);
  text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text.append(".");
}

std::string_view data_schema(std::string_view type) {
  const auto found = documents().find(type);
  return found == documents().end() ? std::string_view() : std::string_view(found->second);
}

std::string_view data_schema_list() {
  static const std::string made = [] {
    std::string out = "{\"schemas\":[";
    for (const auto& [type, document] : documents()) {
      JsonObject entry;
      entry.text("type", type).text("schema", std::string(kPath) + type);
      if (!out.ends_with('[')) out.push_back(',');
      out.append(entry.take());
    }
    return out.append("]}");
  }();
  return made;
}

}  // namespace courtside
