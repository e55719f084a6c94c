// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. One question for each
// form in which text comes: whole, in pieces, or character by character. All three agree.
//
// Threads: functions any; a validator belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace courtside {

// Text that is there as a whole. The empty text is UTF-8.
bool is_utf8(std::string_view bytes);

// The size in bytes of the character with which `bytes` begins; 0 when it begins with none.
std::size_t utf8_character_size(std::string_view bytes);

// Text that comes in pieces, cut anywhere. Fails at the first byte that cannot be right.
class Utf8Validator {
 public:
  // False when `bytes` cannot follow what came before; feed nothing after that.
  bool feed(std::string_view bytes);

  // True between characters: the text may end here.
  bool complete() const { return needed_ == 0; }

 private:
  bool feed_byte(std::uint8_t byte);
  bool begin_character(std::uint8_t lead);

  std::uint8_t needed_ = 0;    // continuation bytes that must follow
  std::uint8_t lower_ = 0x80;  // what the next of them may be, both included
  std::uint8_t upper_ = 0xBF;
};

}  // namespace courtside
