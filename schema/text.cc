#include "schema/text.h"

namespace courtside {
namespace {

// U+0080..U+009F are encoded as C2 80..C2 9F.
bool has_c1_control(std::string_view utf8) {
  for (std::size_t i = 0; i + 1 < utf8.size(); ++i) {
    if (utf8[i] == '\xc2' && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

bool is_plain_text(std::string_view bytes) {
  // No branch per byte: this runs over every attribute of every event.
  unsigned char seen = 0;
  bool has_control = false;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    seen |= byte;
    has_control |= byte < 0x20 || byte == 0x7f;
  }
  if (has_control) return false;
  const bool is_ascii = seen < 0x80;
  return is_ascii || (is_utf8(bytes) && !has_c1_control(bytes));
}

}  // namespace courtside
