#include "tests/simulation/server_message.h"

#include "base/check.h"
#include "schema/json_reader.h"

namespace courtside::simulation {
namespace {

std::string text_of(const JsonValue& value) {
  std::string scratch;
  const auto text = json_text(value, scratch);
  COURTSIDE_CHECK(text);
  return std::string(*text);
}

Offset offset_of(const JsonValue& value, ServerMessage& message) {
  const Result<Position> position = parse_position(text_of(value));
  if (!position || position->epoch != kServerEpoch) {
    message.is_foreign = true;
    return {};
  }
  return position->offset;
}

void read_event(JsonReader& reader, ServerMessage& message) {
  COURTSIDE_CHECK(reader.begin_object());
  while (reader.next_member()) {
    const std::string name = text_of(reader.key());
    const JsonValue value = reader.value();
    if (name == "id") message.event_id = text_of(value);
    ++message.event_members;
  }
}

ServerMessage read_message(JsonReader& reader);

void read_events(JsonReader& reader, ServerMessage& message) {
  COURTSIDE_CHECK(reader.begin_array());
  while (reader.next_element()) message.events.push_back(read_message(reader));
}

void read_member(JsonReader& reader, ServerMessage& message) {
  const std::string name = text_of(reader.key());
  if (name == "event") return read_event(reader, message);
  if (name == "events") return read_events(reader, message);
  const JsonValue value = reader.value();
  if (value.absent()) return;
  if (name == "type") message.type = text_of(value);
  if (name == "code") message.code = text_of(value);
  if (name == "live") message.is_live = value.raw == "true";
  if (name == "id" && value.is(JsonKind::kString)) {
    message.event_id = text_of(value);
  } else if (name == "id") {
    message.id = static_cast<std::uint32_t>(json_integer(value).value());
  }
  if (name == "sub") message.sub = static_cast<std::uint32_t>(json_integer(value).value());
  if (name == "position" || name == "after") message.position = offset_of(value, message);
  if (name == "from") message.from = offset_of(value, message);
  if (name == "to") message.to = offset_of(value, message);
}

ServerMessage read_message(JsonReader& reader) {
  ServerMessage message;
  COURTSIDE_CHECK(reader.begin_object());
  while (reader.next_member()) read_member(reader, message);
  return message;
}

}  // namespace

const char* const kServerEpoch = "sim";

// RFC 6455, section 5.2: unmasked, and whole.
std::vector<std::string> payloads_of(std::string_view frames) {
  std::vector<std::string> payloads;
  while (!frames.empty()) {
    std::size_t header = 2;
    std::size_t size = static_cast<unsigned char>(frames[1]);
    if (size >= 126) {
      header = size == 126 ? 4 : 10;
      size = 0;
      for (std::size_t i = 2; i < header; ++i) {
        size = size << 8 | static_cast<unsigned char>(frames[i]);
      }
    }
    COURTSIDE_CHECK(header + size <= frames.size());
    if ((frames[0] & 0x0f) == 1) payloads.emplace_back(frames.substr(header, size));
    frames.remove_prefix(header + size);
  }
  return payloads;
}

ServerMessage parse_server_message(std::string_view text) {
  JsonReader reader(text);
  ServerMessage message = read_message(reader);
  COURTSIDE_CHECK(reader.at_end());
  return message;
}

}  // namespace courtside::simulation
