#include "engine/access/json_members.h"

#include "base/utf8.h"
#include "schema/json_reader.h"

namespace courtside {

std::optional<JsonMembers> JsonMembers::read(std::string_view text, std::size_t members_max,
                                             std::size_t depth_max) {
  if (!is_utf8(text)) return std::nullopt;
  JsonReader reader(text);
  if (!reader.begin_object()) return std::nullopt;
  JsonMembers out;
  std::string scratch;
  while (reader.next_member()) {
    const std::optional<std::string_view> name = json_text(reader.key(), scratch);
    if (!name || out.members_.size() == members_max || !out.find(*name).is(JsonKind::kNone)) {
      return std::nullopt;
    }
    std::string kept(*name);
    const JsonValue value = reader.value();
    if (value.depth > depth_max) return std::nullopt;
    out.members_.emplace_back(std::move(kept), value);
  }
  if (!reader.at_end()) return std::nullopt;
  return out;
}

JsonValue JsonMembers::find(std::string_view name) const {
  for (const auto& [each, value] : members_) {
    if (each == name) return value;
  }
  return {};
}

std::optional<std::string> json_owned_text(const JsonValue& value) {
  if (!value.is(JsonKind::kString)) return std::nullopt;
  std::string scratch;
  const std::optional<std::string_view> text = json_text(value, scratch);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::optional<std::vector<std::string>> json_texts(const JsonValue& list, std::size_t count_max) {
  if (!list.is(JsonKind::kArray)) return std::nullopt;
  std::vector<std::string> out;
  JsonReader reader(list.raw);
  reader.begin_array();
  while (reader.next_element()) {
    std::optional<std::string> text = json_owned_text(reader.value());
    if (!text || out.size() == count_max) return std::nullopt;
    out.push_back(std::move(*text));
  }
  return out;
}

}  // namespace courtside
