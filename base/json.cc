#include "base/json.h"

#include <array>
#include <charconv>

namespace courtside {
namespace {

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

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
  out.push_back('"');
  // Almost every text needs no escape: copy whole runs.
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text.substr(begin, i - begin));
    append_escaped(out, text[i]);
    begin = i + 1;
  }
  out.append(text.substr(begin));
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error);  // 20 digits hold any
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
