#include "schema/text.h"

#include <simdjson.h>

#include <algorithm>

namespace courtside {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_beyond_ascii(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

// U+0080..U+009F are C2 80..C2 9F.
bool has_c1_control(std::string_view utf8) {
  for (std::size_t i = 0; i + 1 < utf8.size(); ++i) {
    if (utf8[i] == '\xc2' && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

bool is_plain_text(std::string_view bytes) {
  if (std::any_of(bytes.begin(), bytes.end(), is_control)) return false;
  // Most names are ASCII and are done here.
  if (std::none_of(bytes.begin(), bytes.end(), is_beyond_ascii)) return true;
  return is_utf8(bytes) && !has_c1_control(bytes);
}

}  // namespace courtside
