#include "cli/terminal/text_width.h"

#include <clocale>
#include <cwchar>

#include "base/utf8.h"

namespace courtside {
namespace {

// wcwidth() knows the characters of the thread's locale, and that of the C locale is ASCII alone.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(utf8())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { uselocale(before_); }

 private:
  static locale_t utf8() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale == nullptr ? LC_GLOBAL_LOCALE : locale;
  }
  const locale_t before_;
};

wchar_t character_of(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  constexpr unsigned kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  unsigned value = byte(0) & kLeadBits[bytes.size()];
  for (std::size_t i = 1; i < bytes.size(); ++i) value = (value << 6) | (byte(i) & 0x3f);
  return static_cast<wchar_t>(value);
}

struct Piece {
  std::size_t bytes = 0;
  std::size_t width = 0;
};

// The beginning of `text` that is no wider than `width`: whole characters, with the accents that
// belong to them.
Piece beginning(std::string_view text, std::size_t width) {
  const Utf8Locale locale;
  Piece out;
  while (out.bytes < text.size()) {
    const std::string_view rest = text.substr(out.bytes);
    const std::size_t size = utf8_character_size(rest);
    if (size == 0) {  // no UTF-8: a column a byte
      if (out.width + 1 > width) break;
      ++out.bytes, ++out.width;
      continue;
    }
    const int columns = wcwidth(character_of(rest.substr(0, size)));
    // A character that libc does not know is newer than libc, and those are mostly wide.
    const std::size_t known = columns < 0 ? 2 : static_cast<std::size_t>(columns);
    if (out.width + known > width) break;
    out.bytes += size;
    out.width += known;
  }
  return out;
}

}  // namespace

std::size_t text_width(std::string_view text) {
  return beginning(text, std::string_view::npos - 2).width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (width == 0) return {};
  if (beginning(text, width).bytes == text.size()) return std::string(text);
  return std::string(text.substr(0, beginning(text, width - 1).bytes)) + "…";
}

}  // namespace courtside
