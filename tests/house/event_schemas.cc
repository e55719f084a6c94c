#include "base/check.h"
#include "schema/data_schema.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

constexpr std::string_view kReferences = "#/components/schemas/";
constexpr std::string_view kIndent = "      ";  // of a component
constexpr std::string_view kBegin = "      \"EventAttributes\": {";
constexpr std::string_view kEnd = "\n    }";  // of "schemas"

// What every event has. The type and the data are here for generators that do not look into
// EventContent.
constexpr std::string_view kAttributes =
    R"("specversion": {"const": "1.0"},
          "id": {"type": "string"},
          "source": {"type": "string"},
          "type": {"type": "string"},
          "subject": {"$ref": "#/components/schemas/Channel"},
          "time": {"type": "string", "format": "date-time"},
          "datacontenttype": {"type": "string"},
          "dataschema": {"type": "string"},
          "correlationid": {"type": "string"},
          "causationid": {"type": "string"},
          "actorid": {"type": "string"},
          "actortype": {"type": "string"},
          "actorrole": {"type": "string"},
          "traceparent": {"type": "string"},
          "data": {"description": "kept byte for byte"},
          "data_base64": {"type": "string"})";

constexpr std::string_view kStoredAttributes =
    R"("sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
          "recordedtime": {
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"
          },
          "subjectversion": {"type": "integer", "minimum": 1})";

constexpr std::string_view kNewAttributes =
    R"("expectedversion": {"type": "integer", "minimum": 0},
          "channels": {"type": "array", "items": {"$ref": "#/components/schemas/Channel"}})";

std::string content_name(const DataShape& shape) {
  return shape.name.substr(0, shape.name.size() - std::string_view("Data").size()) + "Content";
}

// One component. `members`: the lines of its members after the title, indented. Generators name a
// type by the title; `Event` would be a type of browsers.
void append_component(std::string& out, std::string_view name, const std::string& members) {
  const std::string_view title = name == "Event" ? "StoredEvent" : name;
  out.append(kIndent).append("\"").append(name).append("\": {\n        \"title\": \"");
  out.append(title).append("\",\n").append(members).append("\n      },\n");
}

std::string types_of(const DataShape& shape, std::string_view indent) {
  std::string out;
  for (const EventRule& event : shape.events) {
    out.append(out.empty() ? "" : ",\n").append(indent).append("\"");
    out.append(shape.family->name).append(".").append(event.name).append("\"");
  }
  return out;
}

void append_attributes(std::string& out, std::string_view name, std::string_view description,
                       std::string_view required, std::string_view more) {
  std::string members = "        \"type\": \"object\",\n        \"description\": \"";
  members.append(description).append("\",\n        \"required\": [").append(required);
  members.append("],\n        \"properties\": {\n          ").append(kAttributes);
  members.append(",\n          ").append(more);
  members.append("\n        },\n        \"additionalProperties\": true");
  append_component(out, name, members);
}

void append_content(std::string& out, const DataShape& shape) {
  std::string members =
      "        \"type\": \"object\",\n        \"required\": [\"type\"],\n"
      "        \"properties\": {\n          \"type\": {\n            \"type\": \"string\",\n"
      "            \"enum\": [\n";
  members.append(types_of(shape, "              ")).append("\n            ]\n          },\n");
  members.append("          \"data\": {\"$ref\": \"").append(kReferences).append(shape.name);
  members.append("\"}\n        },\n        \"additionalProperties\": true");
  append_component(out, content_name(shape), members);
}

void append_other_content(std::string& out) {
  std::string types;
  for (const DataShape& shape : data_shapes()) {
    types.append(types.empty() ? "" : ",\n").append(types_of(shape, "                "));
  }
  std::string members =
      "        \"type\": \"object\",\n"
      "        \"description\": \"a type that is not in the catalogue, with any data, which is "
      "kept "
      "byte for byte\",\n"
      "        \"required\": [\"type\"],\n        \"properties\": {\n          \"type\": {\n"
      "            \"type\": \"string\",\n            \"not\": {\n              \"enum\": [\n";
  members.append(types).append("\n              ]\n            }\n          },\n");
  members.append(
      "          \"data\": {},\n          \"data_base64\": {\"type\": \"string\"}\n        },\n"
      "        \"additionalProperties\": true");
  append_component(out, "OtherContent", members);
}

void append_union(std::string& out) {
  std::string members =
      "        \"description\": \"the type of an event, and data of that type\",\n"
      "        \"oneOf\": [\n";
  for (const DataShape& shape : data_shapes()) {
    members.append("          {\"$ref\": \"").append(kReferences).append(content_name(shape));
    members.append("\"},\n");
  }
  members.append("          {\"$ref\": \"").append(kReferences).append("OtherContent\"}\n");
  append_component(out, "EventContent", members.append("        ]"));
}

void append_event(std::string& out, std::string_view name, std::string_view description) {
  std::string members = "        \"description\": \"";
  members.append(description).append("\",\n        \"allOf\": [\n          {\"$ref\": \"");
  members.append(kReferences).append(name).append("Attributes\"},\n          {\"$ref\": \"");
  members.append(kReferences).append("EventContent\"}\n        ]");
  append_component(out, name, members);
}

std::string components() {
  std::string out;
  append_attributes(out, "EventAttributes", "what every stored event has",
                    R"("specversion", "id", "source", "type", "subject", "time", "sequence", )"
                    R"("recordedtime", "subjectversion")",
                    kStoredAttributes);
  append_attributes(out, "NewEventAttributes", "what every event to append has",
                    R"("specversion", "id", "source", "type", "subject")", kNewAttributes);
  for (const ValueSchema& value : value_schemas()) {
    out.append(kIndent).append("\"").append(value.name).append("\": {\"title\": \"");
    out.append(value.name).append("\", ").append(value.schema.substr(1)).append(",\n");
  }
  for (const DataShape& shape : data_shapes()) {
    append_component(out, shape.name,
                     "        \"type\": \"object\",\n" +
                         shape_members(shape, kReferences, std::string(kIndent) + "  "));
  }
  for (const DataShape& shape : data_shapes()) append_content(out, shape);
  append_other_content(out);
  append_union(out);
  append_event(out, "Event", "a CloudEvent 1.0, as it is stored");
  append_event(out, "NewEvent", "a CloudEvent 1.0 to append");
  out.resize(out.size() - std::string_view(",\n").size());
  return out;
}

}  // namespace

std::string with_event_schemas(std::string document) {
  const std::size_t begin = document.find(kBegin);
  const std::size_t end = document.find(kEnd, begin);
  COURTSIDE_CHECK(begin != std::string::npos && end != std::string::npos);
  return document.replace(begin, end - begin, components());
}

}  // namespace courtside::house
