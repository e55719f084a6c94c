// The top-level fields of an event's data. A rule takes the fields that it uses; the remaining ones
// go into the state unchanged. Threads: a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "schema/json_value.h"

namespace courtside {

class StateData {
 public:
  // REQUIRES: `json` outlives this. If it is not a JSON object there are no fields. Of two fields
  // with one name the last wins.
  explicit StateData(std::string_view json);

  // Takes a text field, as a token in canonical spelling. Empty when it is absent, null (which is
  // taken too) or not a text.
  std::string take_text(std::string_view name);
  // Takes a field of any type; empty when it is absent.
  std::string_view take(std::string_view name);
  void take_token(std::string_view token) {
    if (const auto found = fields_.find(token); found != fields_.end()) fields_.erase(found);
  }
  // Removes all remaining fields.
  void clear() { fields_.clear(); }
  JsonValue look_at(std::string_view name) const;

  // The remaining fields, by token.
  const std::map<std::string, JsonValue, std::less<>>& rest() const { return fields_; }

 private:
  std::map<std::string, JsonValue, std::less<>> fields_;
};

// The token of the name or text in canonical spelling; unchanged if it spells something that UTF-8
// cannot encode.
std::string canonical_token(const JsonValue& string);

}  // namespace courtside
