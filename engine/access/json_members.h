// A JSON object's members by name, each name once: what a token's header and claims are read from.
// RFC 8725 asks for it: of two members of one name, one reader takes the first and another the
// last. Threads: a value.
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
  // Empty when the text is no JSON object and nothing else, has a name twice (however it is
  // spelled), more than `members_max` members, or nests deeper than `depth_max`. The text outlives
  // the result.
  static std::optional<JsonMembers> read(std::string_view text, std::size_t members_max,
                                         std::size_t depth_max);

  // kNone when there is none.
  JsonValue find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, JsonValue>> members_;
};

// The texts of a list, at most `count_max`; empty when it is no list of texts.
std::optional<std::vector<std::string>> json_texts(const JsonValue& list, std::size_t count_max);

// The text of a value; empty when it is none.
std::optional<std::string> json_owned_text(const JsonValue& value);

}  // namespace courtside
