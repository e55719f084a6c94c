// What an event must be, wherever it came from: CloudEvents 1.0 and our limits, as one table of
// attributes that reading, judging and writing all go by. Threads: any.
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

// Limits of the envelope, in bytes. Reached: invalid_event that names the attribute.
constexpr std::size_t kAttributeBytesMax = 256;  // id, source and the like
constexpr std::size_t kEventTypeBytesMax = 255;  // what a type filter can name
constexpr std::size_t kTimeBytesMax = 64;
constexpr std::size_t kLongAttributeBytesMax = 1024;  // dataschema, and the text of an extension
constexpr std::size_t kExtensionNameBytesMax = 64;
constexpr std::size_t kEventExtensionsMax = 32;  // those without a field of their own

// An attribute that is text and has a field of its own, in the order in which they are written.
struct TextAttribute {
  std::string_view name;
  std::string_view EventFields::*field;
  std::size_t bytes_max;
  bool required;
  bool tells_actor;  // who did it and why: hidden by Projection::hide_actor
};
std::span<const TextAttribute> text_attributes();

// What a name at the top level of a CloudEvent stands for.
enum class AttributeKind : std::uint8_t {
  kText,  // one of text_attributes()
  kSpecVersion,
  kData,
  kDataBase64,
  kExpectedVersion,  // beside the event, not of it
  kChannels,         // likewise
  kIgnored,          // sequence, recordedtime, subjectversion: the log's to say
  kExtension,        // anything else
};
struct Attribute {
  AttributeKind kind = AttributeKind::kExtension;
  std::size_t index = 0;  // of text_attributes(), for kText
  // One bit for each name that is not an extension: a set of those seen.
  std::uint32_t bit = 0;
};
Attribute find_attribute(std::string_view name);

// Lower-case letters and digits, 1 to kExtensionNameBytesMax.
bool is_attribute_name(std::string_view name);

// 1 to kEventTypeBytesMax bytes of plain text without `*`, which stands for something in filters.
bool is_event_type(std::string_view text);

inline constexpr std::string_view kDataTooDeep = "is nested more than 64 levels deep";

enum class DataCheck : std::uint8_t { kNeeded, kGrammarIsSound };

// Adds to `errors` whatever is wrong with the fields, the data and, for a type of the catalogue,
// its data's fields. Grammar and depth of the data are taken as sound where the caller just read
// them.
void check_fields(const EventFields& fields, DataCheck data_check, EventErrors& errors);

// payload_too_large, with the limit in bytes or items in its details.
Error too_large(std::string message, std::size_t limit);
Error event_too_large();

}  // namespace courtside
