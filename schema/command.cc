#include "schema/command.h"

#include <algorithm>

namespace courtside {

bool is_source_name(std::string_view name) {
  constexpr std::size_t kLengthMax = 32;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= kLengthMax && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace courtside
