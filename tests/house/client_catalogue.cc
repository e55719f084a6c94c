#include <algorithm>

#include "schema/data_schema.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

// The TypeScript type of a field.
std::string_view type_for(FieldType type) {
  switch (type) {
    case FieldType::kId:
    case FieldType::kText:
    case FieldType::kTime: return "string";
    case FieldType::kMoney: return "Money";
    case FieldType::kInteger: return "number";
    case FieldType::kNotificationChannel: return "NotificationChannel";
  }
  return "unknown";
}

void append_field(std::string& out, std::string_view name, std::string_view type) {
  out.append("  ").append(name).append("?: ").append(type).append(" | null | undefined;\n");
}

std::string first_lines() {
  std::string out =
      "// Made by script/generate from schema/catalogue.cc; a test holds it against the code.\n\n"
      "/** An amount in minor units (paise, cents), and its currency, three capital letters. */\n"
      "export interface Money {\n"
      "  /** A whole number of the currency's smallest unit. */\n  minor: number;\n"
      "  /** A code of ISO 4217, as `INR`. */\n  currency: string;\n}\n\n"
      "export type NotificationChannel = ";
  for (const std::string_view channel : notification_channels()) {
    out.append(out.ends_with('"') ? " | \"" : "\"").append(channel).append("\"");
  }
  return out +
         ";\n\n/**\n * The ids that the data of any event may contain, 1 to 64 bytes of UTF-8 "
         "without "
         "control\n * characters. `null` means absent, here and below.\n */\n"
         "export interface CatalogueIds {\n";
}

void append_shape(std::string& out, const DataShape& shape) {
  out.append("\n/**\n * The data of");
  for (const EventRule& event : shape.events) {
    out.append(&event == shape.events.data() ? "\n * `" : ",\n * `");
    out.append(shape.family->name).append(".").append(event.name).append("`");
  }
  out.append(".\n");
  if (!shape.any_of.empty()) {
    out.append(" *\n * The id in the event's subject must be there:");
    for (const std::string_view id : shape.any_of) {
      out.append(id == shape.any_of.front() ? " `" : " or `").append(id).append("`");
    }
    out.append(".\n");
  }
  out.append(" */\nexport interface ").append(shape.name).append(" extends CatalogueIds {\n");
  for (const std::string_view id : shape.required) out.append("  ").append(id) += ": string;\n";
  for (const FieldRule& field : shape.family->fields) {
    if (field.type == FieldType::kTime) out.append("  /** RFC 3339. */\n");
    append_field(out, field.name, type_for(field.type));
  }
  out.append("}\n");
}

}  // namespace

std::string client_catalogue() {
  std::string out = first_lines();
  for (const std::string_view id : catalogue_ids()) append_field(out, id, "string");
  out.append("}\n");
  for (const DataShape& shape : data_shapes()) append_shape(out, shape);
  out +=
      "\n/**\n * The data of each type of the catalogue, by the type. An event may have further "
      "fields, which\n * Courtside keeps; the projection of a channel may hide fields from its "
      "readers.\n */\nexport interface CatalogueEvents {\n";
  for (const EventFamily& family : catalogue()) {
    for (const EventRule& event : family.events) {
      const auto has_it = [&](const DataShape& shape) {
        const auto is_it = [&](const EventRule& each) { return each.name == event.name; };
        return shape.family == &family &&
               std::any_of(shape.events.begin(), shape.events.end(), is_it);
      };
      const auto shape = std::find_if(data_shapes().begin(), data_shapes().end(), has_it);
      out.append("  /** ").append(sentence(event.meaning)).append(" */\n  \"");
      out.append(family.name).append(".").append(event.name).append("\": ");
      out.append(shape->name).append(";\n");
    }
  }
  return out + "}\n";
}

}  // namespace courtside::house
