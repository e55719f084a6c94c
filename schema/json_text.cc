#include "schema/json_text.h"

#include <charconv>

namespace courtside {
void append_decimal(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  static_cast<void>(error);  // 20 digits hold every 64-bit number
  out.append(digits, end);
}

}  // namespace courtside
