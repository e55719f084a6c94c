#include "schema/event_rules.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "schema/catalogue.h"
#include "schema/channel.h"
#include "schema/incoming_event.h"
#include "schema/json_reader.h"
#include "schema/text.h"

namespace courtside {
namespace {

constexpr std::array<TextAttribute, 13> kTextAttributes = {{
    {"id", &EventFields::id, kAttributeBytesMax, true, false},
    {"source", &EventFields::source, kAttributeBytesMax, true, false},
    {"type", &EventFields::type, kEventTypeBytesMax, true, false},
    {"subject", &EventFields::subject, kAttributeBytesMax, true, false},
    {"time", &EventFields::time, kTimeBytesMax, false, false},
    {"datacontenttype", &EventFields::datacontenttype, kAttributeBytesMax, false, false},
    {"dataschema", &EventFields::dataschema, kLongAttributeBytesMax, false, false},
    {"correlationid", &EventFields::correlationid, kAttributeBytesMax, false, true},
    {"causationid", &EventFields::causationid, kAttributeBytesMax, false, true},
    {"actorid", &EventFields::actorid, kAttributeBytesMax, false, true},
    {"actortype", &EventFields::actortype, kAttributeBytesMax, false, true},
    {"actorrole", &EventFields::actorrole, kAttributeBytesMax, false, true},
    {"traceparent", &EventFields::traceparent, kAttributeBytesMax, false, true},
}};

struct ReservedName {
  std::string_view name;
  AttributeKind kind;
};
constexpr std::array<ReservedName, 8> kReservedNames = {{
    {"specversion", AttributeKind::kSpecVersion},
    {"data", AttributeKind::kData},
    {"data_base64", AttributeKind::kDataBase64},
    {"expectedversion", AttributeKind::kExpectedVersion},
    {"channels", AttributeKind::kChannels},
    {"sequence", AttributeKind::kIgnored},
    {"recordedtime", AttributeKind::kIgnored},
    {"subjectversion", AttributeKind::kIgnored},
}};

void check_text_attribute(const TextAttribute& attribute, const EventFields& fields,
                          EventErrors& errors) {
  const std::string_view text = fields.*attribute.field;
  if (text.empty()) {
    if (attribute.required) errors.add_member(attribute.name, "is missing");
  } else if (text.size() > attribute.bytes_max) {
    errors.add_member(attribute.name, format("is longer than {} bytes", attribute.bytes_max));
  } else if (!is_plain_text(text)) {
    errors.add_member(attribute.name, "must be UTF-8 without control characters");
  }
}

void check_meanings(const EventFields& fields, EventErrors& errors) {
  if (fields.type.find('*') != std::string_view::npos) {
    errors.add("/type", "must not contain `*`");
  }
  if (!fields.subject.empty() && !is_channel(fields.subject)) {
    errors.add("/subject", "must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes");
  }
  if (!fields.time.empty() && !parse_rfc3339(fields.time)) {
    errors.add("/time", "must be an RFC 3339 time");
  }
}

// CloudEvents allows text, booleans, 32-bit integers, and null for an absent attribute.
bool is_extension_value(std::string_view token) {
  const JsonValue value = read_json(token);
  if (value.raw != token) return false;
  if (value.is(JsonKind::kBool) || value.is(JsonKind::kNull)) return true;
  if (value.is(JsonKind::kNumber)) {
    const auto number = json_integer(value);
    using Int32 = std::numeric_limits<std::int32_t>;
    return number && *number >= Int32::min() && *number <= Int32::max();
  }
  if (!value.is(JsonKind::kString)) return false;
  std::string scratch;
  const auto text = json_text(value, scratch);
  return text && text->size() <= kLongAttributeBytesMax && is_plain_text(*text);
}

void check_extension(const Extension& extension, EventErrors& errors) {
  if (!is_attribute_name(extension.name)) {
    errors.add_member(extension.name,
                      "is no attribute name: lower-case letters and digits, at most 64");
  } else if (find_attribute(extension.name).kind != AttributeKind::kExtension) {
    errors.add_member(extension.name, "has a place of its own and cannot be an extension");
  } else if (!is_extension_value(extension.value)) {
    errors.add_member(extension.name,
                      "must be text (at most 1024 bytes), a 32-bit integer or a boolean");
  }
}

void check_extensions(const std::vector<Extension>& extensions, EventErrors& errors) {
  if (extensions.size() > kEventExtensionsMax) {
    return errors.add("", format("has more than {} extensions", kEventExtensionsMax));
  }
  for (auto each = extensions.begin(); each != extensions.end(); ++each) {
    check_extension(*each, errors);
    const auto same_name = [each](const Extension& other) { return other.name == each->name; };
    if (std::any_of(extensions.begin(), each, same_name)) {
      errors.add_member(each->name, "is there twice");
    }
  }
}

// False when the data is not JSON.
bool check_data(const EventFields& fields, EventErrors& errors) {
  if (fields.data_kind != DataKind::kJson) return true;
  const JsonValue value = read_json(fields.data);
  if (value.is(JsonKind::kNone)) {
    errors.add("/data", "is not JSON");
  } else if (value.raw.size() != fields.data.size()) {
    errors.add("/data", "must have no white space around it");
  } else if (value.depth > kJsonDepthMax) {
    errors.add("/data", kDataTooDeep);
  }
  return !value.is(JsonKind::kNone);
}

}  // namespace

std::span<const TextAttribute> text_attributes() { return kTextAttributes; }

Attribute find_attribute(std::string_view name) {
  std::uint32_t bit = 1;
  for (std::size_t i = 0; i < kTextAttributes.size(); ++i, bit <<= 1) {
    if (kTextAttributes[i].name == name) {
      return {.kind = AttributeKind::kText, .index = i, .bit = bit};
    }
  }
  for (const ReservedName& reserved : kReservedNames) {
    if (reserved.name == name) return {.kind = reserved.kind, .bit = bit};
    bit <<= 1;
  }
  return {};
}

bool is_attribute_name(std::string_view name) {
  const auto is_name_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= kExtensionNameBytesMax &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

bool is_event_type(std::string_view text) {
  return !text.empty() && text.size() <= kEventTypeBytesMax &&
         text.find('*') == std::string_view::npos && is_plain_text(text);
}

void check_fields(const EventFields& fields, DataCheck data_check, EventErrors& errors) {
  for (const TextAttribute& attribute : kTextAttributes) {
    check_text_attribute(attribute, fields, errors);
  }
  check_meanings(fields, errors);
  if (is_reserved_type(fields.type)) {
    errors.add("/type", "is reserved for messages of the server's own");
  }
  check_extensions(fields.extensions, errors);
  if (data_check == DataCheck::kGrammarChecked || check_data(fields, errors)) {
    check_catalogue(fields, errors);
  }
}

Error too_large(std::string message, std::size_t limit) {
  return {.code = Code::payload_too_large,
          .message = std::move(message),
          .details = JsonObject().number("limit", limit).take()};
}

Error event_too_large() {
  return too_large(format("the event is larger than {} bytes", kEventBytesMax), kEventBytesMax);
}

}  // namespace courtside
