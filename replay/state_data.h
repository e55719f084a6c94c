// The top-level fields of an event's data, as a rule of the state takes them apart: what it takes
// is gone, what is left goes into the state as it came. Threads: a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "schema/json_value.h"

namespace courtside {

class StateData {
 public:
  // `json` is a JSON object, or nothing is in it; it outlives this. Of two fields with one name the
  // last counts.
  explicit StateData(std::string_view json);

  // Takes a field that is text, as a token of one spelling; empty where there is none, or it is no
  // text. One that is null counts as not there, and is gone.
  std::string take_text(std::string_view name);
  // Takes a field, whatever it is; empty when it is not there.
  std::string_view take(std::string_view name);
  void take_token(std::string_view token) {
    if (const auto found = fields_.find(token); found != fields_.end()) fields_.erase(found);
  }
  // Takes all that is left.
  void clear() { fields_.clear(); }
  JsonValue look_at(std::string_view name) const;

  // What is left, by token.
  const std::map<std::string, JsonValue, std::less<>>& rest() const { return fields_; }

 private:
  std::map<std::string, JsonValue, std::less<>> fields_;
};

// The token of the name or text in the one spelling that is used; as it stands where no UTF-8 text
// is what it spells.
std::string one_spelling(const JsonValue& string);

}  // namespace courtside
