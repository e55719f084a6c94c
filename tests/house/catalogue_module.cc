#include "schema/catalogue.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

// The name of a field type in the module; client code decides which values it accepts.
std::string_view word_for(FieldType type) {
  switch (type) {
    case FieldType::kId: return "id";
    case FieldType::kText: return "text";
    case FieldType::kTime: return "time";
    case FieldType::kMoney: return "money";
    case FieldType::kInteger: return "integer";
    case FieldType::kNotificationChannel: return "notificationChannel";
  }
  return "text";
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

void append_names(std::string& out, std::string_view indent,
                  std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    out.append(indent).append(quoted(name)).append(",\n");
  }
}

void append_family(std::string& out, const EventFamily& family) {
  out.append("  ").append(family.name).append(": {\n    events: [\n");
  for (const EventRule& event : family.events) {
    out.append("      ").append(quoted(event.name)).append(",\n");
  }
  out += "    ],\n    subjects: [\n";
  for (const SubjectRule& rule : family.subjects) {
    out += "      [" + quoted(rule.kind) + ", " + quoted(rule.field) + "],\n";
  }
  out += "    ],\n    fields: {\n";
  for (const FieldRule& rule : family.fields) {
    out.append("      ").append(rule.name).append(": ");
    out.append(quoted(word_for(rule.type))).append(",\n");
  }
  out += "    },\n    required: {\n";
  for (const RequiredId& each : family.required) {
    out.append("      ").append(each.event).append(": [").append(quoted(each.field)) += "],\n";
  }
  out += "    },\n  },\n";
}

}  // namespace

std::string catalogue_module() {
  std::string out =
      "// Made by script/generate from schema/catalogue.cc; a test holds it against the code.\n\n"
      "// The event families. An event's type is `<family>.<event>`. `subjects` lists what an\n"
      "// event may be about, as [kind, the field of the data that contains the id]; if it is "
      "empty,\n"
      "// the event may be about anything. `fields` has the types of fields other than ids.\n"
      "// `required` has the ids that events must contain because they change the rights of those\n"
      "// accounts.\n"
      "export const catalogue = {\n";
  for (const EventFamily& family : catalogue()) append_family(out, family);
  out += "} as const;\n\n// Fields that are ids in every family.\nexport const ids = [\n";
  append_names(out, "  ", catalogue_ids());
  out += "] as const;\n\nexport const notificationChannels = [\n";
  append_names(out, "  ", notification_channels());
  out += "] as const;\n";
  return out;
}

}  // namespace courtside::house
