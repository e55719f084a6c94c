// A JSON value as a JsonReader found it: its kind and its bytes, not decoded. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace courtside {

enum class JsonKind : std::uint8_t { kNone, kObject, kArray, kString, kNumber, kBool, kNull };

// `raw` is a view of the input; kNone means that the value is absent.
struct JsonValue {
  JsonKind kind = JsonKind::kNone;
  bool escaped = false;   // a string that contains a backslash
  std::size_t depth = 0;  // of nested brackets: 0 for a scalar, 1 for {}, 2 for [{}]
  std::string_view raw = {};

  bool is(JsonKind wanted) const { return kind == wanted; }
  // `null` and absent mean the same in most of the protocol.
  bool absent() const { return kind == JsonKind::kNone || kind == JsonKind::kNull; }
};

// The decoded text of a string value: a view of the raw bytes if there is no escape, otherwise a
// view of `scratch`. Empty optional for half of a surrogate pair, which UTF-8 cannot encode.
// REQUIRES: `string` is a string that a JsonReader read.
std::optional<std::string_view> json_text(const JsonValue& string, std::string& scratch);

// The value of a number that is written as a 64-bit integer (no fraction, no exponent); else empty.
std::optional<std::int64_t> json_integer(const JsonValue& value);

}  // namespace courtside
