// Is it UTF-8? Asked of text that comes in pieces, cut anywhere (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF). Fails at the first byte that cannot be right.
// Threads: one connection's loop.
#pragma once

#include <cstdint>
#include <string_view>

namespace courtside {

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

inline bool is_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace courtside
