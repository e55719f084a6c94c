#include "replay/state/state_data.h"

#include "replay/state/state_object.h"
#include "schema/json_reader.h"

namespace courtside {

std::string canonical_token(const JsonValue& string) {
  std::string scratch;
  const auto text = json_text(string, scratch);
  return text ? json_token(*text) : std::string(string.raw);
}

StateData::StateData(std::string_view json) {
  JsonReader reader(json);
  if (!reader.begin_object()) return;
  while (reader.next_member()) {
    std::string name = canonical_token(reader.key());
    fields_.insert_or_assign(std::move(name), reader.value());
  }
}

JsonValue StateData::look_at(std::string_view name) const {
  const auto found = fields_.find(json_token(name));
  return found == fields_.end() ? JsonValue() : found->second;
}

std::string StateData::take_text(std::string_view name) {
  const JsonValue value = look_at(name);
  if (!value.is(JsonKind::kString) && !value.is(JsonKind::kNull)) return {};
  fields_.erase(json_token(name));
  return value.absent() ? std::string() : canonical_token(value);
}

std::string_view StateData::take(std::string_view name) {
  const JsonValue value = look_at(name);
  fields_.erase(json_token(name));
  return value.raw;
}

}  // namespace courtside
