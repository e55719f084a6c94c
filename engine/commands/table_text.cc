#include "engine/commands/table_text.h"

#include "base/utf8.h"

namespace courtside {
namespace {

void append_escape(std::string& out, std::string_view how, unsigned char value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append(how).append({kDigits[value >> 4], kDigits[value & 15]});
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

}  // namespace courtside
