#include "cli/terminal/table_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace courtside {
namespace {

void append_escape(std::string& out, std::string_view how, unsigned char value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append(how).append({kDigits[value >> 4], kDigits[value & 15]});
}

// The character at the start of `text` if it has three bytes of UTF-8 and begins with E2; 0
// otherwise. REQUIRES: `text` is UTF-8.
unsigned character_of_e2(std::string_view text) {
  if (static_cast<unsigned char>(text[0]) != 0xe2) return 0;
  const auto bits = [text](std::size_t i) { return static_cast<unsigned char>(text[i]) & 0x3fU; };
  return 0x2000U | bits(1) << 6 | bits(2);
}

// Line and paragraph separators, and the controls of bidirectional text, which show what follows
// them in another order.
bool changes_layout(unsigned character) {
  return (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

}  // namespace

std::string for_terminal(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) {
      append_escape(out, "\\u00", byte);
    } else if (byte >= 0x80 && !utf8) {
      append_escape(out, "\\x", byte);
    } else if (byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      append_escape(out, "\\u00", static_cast<unsigned char>(text[++i]));
    } else if (const unsigned wide = utf8 ? character_of_e2(text.substr(i)) : 0;
               changes_layout(wide)) {
      append_escape(out, "\\u20", static_cast<unsigned char>(wide & 0xff));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string for_terminal(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return for_terminal(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return for_terminal(text.substr(0, end)) + "…";
}

std::string one_line(std::string_view json) {
  std::string out(json);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out;
}

}  // namespace courtside
