// The members of a JSON object by name, used for token headers and claims. Duplicate names are
// refused, as RFC 8725 asks: one reader would use the first, another the last. Threads: a value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/json_value.h"

namespace courtside {

class JsonMembers {
 public:
  // Empty when `text` is not exactly one JSON object, has a name twice (in any spelling), has more
  // than `members_max` members, or nests deeper than `depth_max`. `text` must outlive the result.
  static std::optional<JsonMembers> read(std::string_view text, std::size_t members_max,
                                         std::size_t depth_max);

  // A value of kind kNone when the member is missing.
  JsonValue find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, JsonValue>> members_;
};

// The strings of an array, at most `count_max`; empty when it is not an array of strings or longer.
std::optional<std::vector<std::string>> json_texts(const JsonValue& list, std::size_t count_max);

// The string value; empty when it is not a string.
std::optional<std::string> json_owned_text(const JsonValue& value);

}  // namespace courtside
