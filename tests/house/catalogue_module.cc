#include "schema/catalogue.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

// In JSON's words, where it has one; client code says what it takes for each.
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
  append_names(out, "      ", family.events);
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
      "// By family: its events are of the types `<family>.<event>`; each is about one of its "
      "subjects,\n"
      "// as [kind, the field of the data that holds the id], or about anything where none is "
      "named; "
      "and\n"
      "// these fields, besides the ids, have a type. Events that change rights require the ids of "
      "those\n"
      "// whose rights they are.\n"
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
