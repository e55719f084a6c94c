#include "cli/commands/server_words.h"

namespace courtside {

ServerWords::ServerWords(std::string_view message) {
  JsonReader reader(message);
  if (!reader.begin_object()) return;
  while (reader.next_member()) {
    const std::string_view key = reader.key().raw;
    members_.emplace_back(key.substr(1, key.size() - 2), reader.value());
  }
}

JsonValue ServerWords::member(std::string_view name) const {
  for (const auto& [key, value] : members_) {
    if (key == name) return value;
  }
  return {};
}

std::string ServerWords::text(std::string_view name) const {
  const JsonValue value = member(name);
  if (!value.is(JsonKind::kString)) return {};
  std::string scratch;
  const auto text = json_text(value, scratch);
  return text ? std::string(*text) : std::string();
}

std::uint64_t ServerWords::number(std::string_view name) const {
  const auto value = json_integer(member(name));
  return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
}

}  // namespace courtside
