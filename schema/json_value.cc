#include "schema/json_value.h"

#include <charconv>

namespace courtside {
namespace {

char32_t hex4(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + 4, value, 16);
  return value;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6)), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f)), put(0x80 | (c & 0x3f));
  }
}

// Takes XXXX, and a following \uXXXX if both form a surrogate pair. False for half of a pair.
bool append_unicode_escape(std::string_view& rest, std::string& out) {
  char32_t c = hex4(rest);
  rest.remove_prefix(4);
  if (c >= 0xdc00 && c < 0xe000) return false;
  if (c >= 0xd800 && c < 0xdc00) {
    if (!rest.starts_with("\\u")) return false;
    const char32_t low = hex4(rest.substr(2));
    if (low < 0xdc00 || low >= 0xe000) return false;
    rest.remove_prefix(6);
    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(out, c);
  return true;
}

char unescaped(char kind) {
  switch (kind) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return kind;
  }
}

}  // namespace

std::optional<std::string_view> json_text(const JsonValue& string, std::string& scratch) {
  std::string_view rest = string.raw.substr(1, string.raw.size() - 2);
  if (!string.escaped) return rest;
  scratch.clear();
  while (!rest.empty()) {
    const std::size_t plain = rest.find('\\');
    scratch.append(rest.substr(0, plain));
    if (plain == std::string_view::npos) break;
    const char kind = rest[plain + 1];
    rest.remove_prefix(plain + 2);
    if (kind != 'u') {
      scratch.push_back(unescaped(kind));
    } else if (!append_unicode_escape(rest, scratch)) {
      return std::nullopt;
    }
  }
  return scratch;
}

std::optional<std::int64_t> json_integer(const JsonValue& value) {
  if (!value.is(JsonKind::kNumber)) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value.raw.data() + value.raw.size();
  const auto [stop, error] = std::from_chars(value.raw.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace courtside
