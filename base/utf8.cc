#include "base/utf8.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace courtside {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

bool all_ascii(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWord);
  return (word & 0x8080808080808080U) == 0;
}

}  // namespace

// Text that is there as a whole is the common case. simdjson is many times faster than the
// validator.
bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

std::size_t utf8_character_size(std::string_view bytes) {
  constexpr std::size_t kLongest = 4;
  Utf8Validator validator;
  for (std::size_t size = 1; size <= std::min(bytes.size(), kLongest); ++size) {
    if (!validator.feed(bytes.substr(size - 1, 1))) return 0;
    if (validator.complete()) return size;
  }
  return 0;
}

bool Utf8Validator::feed(std::string_view bytes) {
  std::size_t index = 0;
  while (index < bytes.size()) {
    // Most text is ASCII: skip eight bytes at a time between characters.
    if (needed_ == 0 && bytes.size() - index >= kWord && all_ascii(bytes.data() + index)) {
      index += kWord;
      continue;
    }
    if (!feed_byte(static_cast<std::uint8_t>(bytes[index++]))) return false;
  }
  return true;
}

bool Utf8Validator::feed_byte(std::uint8_t byte) {
  if (needed_ == 0) return byte < 0x80 || begin_character(byte);
  if (byte < lower_ || byte > upper_) return false;
  --needed_;
  lower_ = 0x80;
  upper_ = 0xBF;
  return true;
}

// Only the first continuation byte can have a narrower range (RFC 3629, section 4).
bool Utf8Validator::begin_character(std::uint8_t lead) {
  if (lead < 0xC2 || lead > 0xF4) return false;
  needed_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  if (lead == 0xE0) lower_ = 0xA0;  // overlong below
  if (lead == 0xED) upper_ = 0x9F;  // surrogates above
  if (lead == 0xF0) lower_ = 0x90;  // overlong below
  if (lead == 0xF4) upper_ = 0x8F;  // beyond U+10FFFF above
  return true;
}

}  // namespace courtside
