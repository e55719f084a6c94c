// One JSON object from the server, by its members. Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/json_reader.h"

namespace courtside {

// The members of one message from the server. Views are valid as long as the message is.
class ServerWords {
 public:
  explicit ServerWords(std::string_view message);

  JsonValue member(std::string_view name) const;
  std::string text(std::string_view name) const;      // empty when it is no string
  std::uint64_t number(std::string_view name) const;  // 0 when it is none
  bool is(std::string_view type) const { return text("type") == type; }

 private:
  std::vector<std::pair<std::string_view, JsonValue>> members_;  // keys with their quotes
};

}  // namespace courtside
