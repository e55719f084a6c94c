// Sentences with values in them:
//
//   format("the payload has {} bytes, the limit is {}", size, kPayloadBytesMax)
//
// The compiler compares the text with its values. Ids and offsets print their number; a Timestamp
// is refused, since format_rfc3339() is what people read. Only <fmt/core.h>, the small header, is
// included. Threads: any; no state.
#pragma once

#include <fmt/core.h>

#include <concepts>
#include <string>
#include <utility>

#include "base/strong_id.h"

namespace courtside {

template <typename... Values>
[[nodiscard]] std::string format(fmt::format_string<Values...> text, Values&&... values) {
  return fmt::format(text, std::forward<Values>(values)...);
}

}  // namespace courtside

template <typename Tag, std::unsigned_integral Rep>
struct fmt::formatter<courtside::StrongId<Tag, Rep>> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(courtside::StrongId<Tag, Rep> id, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "{}", id.value());
  }
};
