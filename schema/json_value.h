// A value of JSON as a JsonReader found it: its kind and its bytes, not yet turned into anything.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace courtside {

enum class JsonKind : std::uint8_t { kNone, kObject, kArray, kString, kNumber, kBool, kNull };

// One value. `raw` is a view of the text that was read; kNone is a value that is not there.
struct JsonValue {
  JsonKind kind = JsonKind::kNone;
  bool escaped = false;   // a string that has a backslash in it
  std::size_t depth = 0;  // of brackets: 0 for a scalar, 1 for {}, 2 for [{}]
  std::string_view raw = {};

  bool is(JsonKind wanted) const { return kind == wanted; }
  // `null` and "not there" mean the same in most of the protocol.
  bool absent() const { return kind == JsonKind::kNone || kind == JsonKind::kNull; }
};

// The text of a string value: a view of the raw bytes where there is no escape, else decoded into
// `scratch`. Empty optional when an escape is half of a surrogate pair, which no UTF-8 can say.
// REQUIRES: `string` is a string that a JsonReader read.
std::optional<std::string_view> json_text(const JsonValue& string, std::string& scratch);

// The number, when the value is written as an integer of 64 bits (no fraction, no exponent).
std::optional<std::int64_t> json_integer(const JsonValue& value);

}  // namespace courtside
