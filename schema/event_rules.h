// The rules for an event: CloudEvents 1.0 and our limits, in one table of attributes that parsing,
// validation and writing use. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "schema/event.h"
#include "schema/event_errors.h"

namespace courtside {

// Limits of the envelope, in bytes. Beyond one: invalid_event, which names the attribute.
constexpr std::size_t kAttributeBytesMax = 256;  // id, source and the like
constexpr std::size_t kEventTypeBytesMax = 255;  // as long as a type filter can be
constexpr std::size_t kTimeBytesMax = 64;
constexpr std::size_t kLongAttributeBytesMax = 1024;  // dataschema, and an extension's text
constexpr std::size_t kExtensionNameBytesMax = 64;
constexpr std::size_t kEventExtensionsMax = 32;  // extensions without a field of their own

// A text attribute with a field of its own. The table has the order in which they are written.
struct TextAttribute {
  std::string_view name;
  std::string_view EventFields::*field;
  std::size_t bytes_max;
  bool required;
  bool identifies_actor;  // describes who did it and why; hidden by Projection::hide_actor
};
std::span<const TextAttribute> text_attributes();

// The meaning of a top-level member of a CloudEvent.
enum class AttributeKind : std::uint8_t {
  kText,  // one of text_attributes()
  kSpecVersion,
  kData,
  kDataBase64,
  kExpectedVersion,  // beside the event, not part of it
  kChannels,         // likewise
  kIgnored,          // sequence, recordedtime, subjectversion: set by the log
  kExtension,        // anything else
};
struct Attribute {
  AttributeKind kind = AttributeKind::kExtension;
  std::size_t index = 0;  // into text_attributes(), for kText
  // A bit for each name that is not an extension, for a set of seen names.
  std::uint32_t bit = 0;
};
Attribute find_attribute(std::string_view name);

// Lower-case letters and digits, 1 to kExtensionNameBytesMax.
bool is_attribute_name(std::string_view name);

// 1 to kEventTypeBytesMax bytes of plain text without `*`, which is a wildcard in filters.
bool is_event_type(std::string_view text);

inline constexpr std::string_view kDataTooDeep = "is nested more than 64 levels deep";

enum class DataCheck : std::uint8_t { kNeeded, kGrammarChecked };

// Adds to `errors` all faults of the fields, of the data and, for a catalogue type, of the data's
// fields. With kGrammarChecked the caller has already checked grammar and depth of the data.
void check_fields(const EventFields& fields, DataCheck data_check, EventErrors& errors);

// payload_too_large; the details hold the limit in bytes or items.
Error too_large(std::string message, std::size_t limit);
Error event_too_large();

}  // namespace courtside
