// UTF-8 validation (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. There is
// one function each for whole text, text in pieces, and one character; all three agree.
//
// Threads: functions any; a validator belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace courtside {

// The empty text is UTF-8.
bool is_utf8(std::string_view bytes);

// The size in bytes of the first character of `bytes`; 0 when it is not valid.
std::size_t utf8_character_size(std::string_view bytes);

// Validates text that arrives in pieces, cut anywhere. It fails at the first invalid byte.
class Utf8Validator {
 public:
  // Returns false when `bytes` cannot follow the bytes before. REQUIRES: no earlier call returned
  // false.
  bool feed(std::string_view bytes);

  // True between characters: the text may end here.
  bool complete() const { return needed_ == 0; }

 private:
  bool feed_byte(std::uint8_t byte);
  bool begin_character(std::uint8_t lead);

  std::uint8_t needed_ = 0;    // continuation bytes that must follow
  std::uint8_t lower_ = 0x80;  // range of the next continuation byte, both ends included
  std::uint8_t upper_ = 0xBF;
};

}  // namespace courtside
