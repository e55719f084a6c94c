#include "base/json.h"

#include <array>
#include <charconv>
#include <cstring>

namespace courtside {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

// Whether one of the eight bytes needs an escape. Subtracting `n` from each byte sets the highest
// bit of those below `n`, and of bytes that had it before (Hacker's Delight, section 6-1). A borrow
// only comes from a byte that is below `n` itself, so the answer for the whole word is exact.
bool any_needs_escape(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto has_below = [](std::uint64_t word, std::uint64_t n) {
    return (word - kOnes * n) & ~word & kHighs;
  };
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWordBytes);
  return (has_below(word, 0x20) | has_below(word ^ kOnes * '"', 1) |
          has_below(word ^ kOnes * '\\', 1)) != 0;
}

// How many characters come before the first one that needs an escape.
std::size_t clean_prefix(std::string_view text) {
  std::size_t size = 0;
  while (text.size() - size >= kWordBytes && !any_needs_escape(text.data() + size)) {
    size += kWordBytes;
  }
  while (size < text.size() && !needs_escape(text[size])) ++size;
  return size;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\b': out.append("\\b"); return;
    case '\f': out.append("\\f"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  out.append("\\u00");
  out.push_back(kHex[value >> 4]);
  out.push_back(kHex[value & 15]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  std::size_t clean = clean_prefix(text);
  if (clean == text.size()) {  // almost always
    const std::size_t begin = out.size();
    out.resize(begin + text.size() + 2);
    out[begin] = '"';
    text.copy(&out[begin + 1], text.size());
    out.back() = '"';
    return;
  }
  out.push_back('"');
  for (; clean < text.size(); clean = clean_prefix(text)) {
    out.append(text.substr(0, clean));
    append_escaped(out, text[clean]);
    text.remove_prefix(clean + 1);
  }
  out.append(text);
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error);  // 20 digits hold any number
  out.append(digits.data(), end);
}

void JsonObject::begin(std::string_view name) {
  if (!empty()) out_.push_back(',');
  append_json_string(out_, name);
  out_.push_back(':');
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  begin(name);
  append_json_string(out_, value);
  return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::uint64_t value) {
  begin(name);
  append_number(out_, value);
  return *this;
}

JsonObject& JsonObject::real(std::string_view name, double value) {
  begin(name);
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(error);  // 32 characters hold the shortest form of any double
  out_.append(digits.data(), end);
  return *this;
}

JsonObject& JsonObject::boolean(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  begin(name);
  out_.push_back('[');
  for (const std::string& value : values) {
    if (&value != &values.front()) out_.push_back(',');
    append_json_string(out_, value);
  }
  out_.push_back(']');
  return *this;
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  begin(name);
  out_.append(json);
  return *this;
}

std::string JsonObject::take() {
  out_.push_back('}');
  return std::move(out_);
}

}  // namespace courtside
