#include "schema/pattern.h"

namespace courtside {

bool matches_channel(std::string_view pattern, std::string_view channel) {
  if (pattern == "*") return true;
  const bool is_kind = pattern.size() > 2 && pattern.ends_with(":*");
  if (is_kind) return channel.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == channel;
}

bool matches_type(std::string_view pattern, std::string_view type) {
  if (pattern.ends_with(".*")) {
    const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
    return type.size() > prefix.size() && type.starts_with(prefix);
  }
  return pattern == type;
}

}  // namespace courtside
