#include "schema/event_draft.h"

#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utf8.h"
#include "schema/channel.h"
#include "schema/record.h"

namespace courtside {
namespace {

constexpr std::string_view kNoVersion = "must be a whole number from 0 to 2^53";
constexpr std::string_view kHalfPair = "must not hold half of a surrogate pair";

}  // namespace

std::optional<std::uint64_t> version_of(const JsonValue& value) {
  const auto number = json_integer(value);
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > kNumberMax) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

std::string_view EventDraft::keep(std::string text) { return kept_.emplace_front(std::move(text)); }

void EventDraft::read(JsonReader& reader) {
  std::string scratch;
  reader.begin_object();
  while (reader.next_member()) {
    const JsonValue key = reader.key();
    const JsonValue value = reader.value();
    const auto name = json_text(key, scratch);
    if (reader.faulty()) return;
    if (!name) {
      errors_.add("", "has a member whose name holds half of a surrogate pair");
    } else {
      // A decoded name is in `scratch`, which the next name overwrites.
      put(key.escaped ? keep(std::string(*name)) : *name, value);
    }
  }
}

bool EventDraft::is_first(const Attribute& attribute, std::string_view name) {
  if ((seen_ & attribute.bit) != 0) {
    errors_.add_member(name, "is there twice");
    return false;
  }
  seen_ |= attribute.bit;
  return true;
}

void EventDraft::put(std::string_view name, const JsonValue& value) {
  const Attribute attribute = find_attribute(name);
  if (!is_first(attribute, name)) return;
  if (attribute.kind == AttributeKind::kData) {
    if (value.depth > kJsonDepthMax) errors_.add("/data", kDataTooDeep);
    return put_data(DataKind::kJson, value.raw);
  }
  // `null` means absent. It is checked after is_first: the name may occur only once even so.
  if (value.absent() && attribute.kind != AttributeKind::kExtension) return;
  switch (attribute.kind) {
    case AttributeKind::kText: return put_text_attribute(text_attributes()[attribute.index], value);
    case AttributeKind::kSpecVersion: return put_spec_version(value.raw == "\"1.0\"");
    case AttributeKind::kDataBase64: return put_base64(value);
    case AttributeKind::kExpectedVersion:
      result_.expected_version = version_of(value);
      if (!result_.expected_version) errors_.add("/expectedversion", kNoVersion);
      return;
    case AttributeKind::kChannels: return put_channels(value);
    case AttributeKind::kIgnored:
    case AttributeKind::kData: return;
    case AttributeKind::kExtension:
      fields_.extensions.push_back({.name = name, .value = value.raw});
      return;
  }
}

void EventDraft::put_spec_version(bool is_known) {
  has_spec_version_ = true;
  if (!is_known) errors_.add("/specversion", "must be \"1.0\"");
}

void EventDraft::put_text_attribute(const TextAttribute& attribute, const JsonValue& value) {
  if (!value.is(JsonKind::kString)) return errors_.add_member(attribute.name, "must be text");
  std::string scratch;
  const auto text = json_text(value, scratch);
  if (!text) return errors_.add_member(attribute.name, kHalfPair);
  if (text->empty()) return errors_.add_member(attribute.name, "must not be empty");
  fields_.*attribute.field = value.escaped ? keep(std::move(scratch)) : *text;
}

void EventDraft::put_base64(const JsonValue& value) {
  std::string scratch;
  std::string bytes;
  const auto text = value.is(JsonKind::kString) ? json_text(value, scratch) : std::nullopt;
  if (!text || !base64_decode(*text, bytes)) {
    return errors_.add("/data_base64", "must be base64 text (RFC 4648, section 4)");
  }
  put_data(DataKind::kBinary, keep(std::move(bytes)));
}

void EventDraft::put_data(DataKind kind, std::string_view data) {
  if (fields_.data_kind != DataKind::kNone) {
    return errors_.add("/data_base64", "cannot stand beside `data`");
  }
  fields_.data_kind = kind;
  fields_.data = data;
}

void EventDraft::put_channels(const JsonValue& value) {
  JsonReader reader(value.raw);
  if (!reader.begin_array()) return errors_.add("/channels", "must be an array of channels");
  std::string scratch;
  while (reader.next_element()) {
    const JsonValue element = reader.value();
    const auto text = element.is(JsonKind::kString) ? json_text(element, scratch) : std::nullopt;
    put_channel(text.value_or(std::string_view()));
  }
}

void EventDraft::put_channel(std::string_view channel) {
  const std::size_t index = channels_seen_++;
  if (index >= kRecordChannelsMax) {
    return errors_.add("/channels", format("lists more than {} channels", kRecordChannelsMax));
  }
  if (!is_channel(channel)) {
    return errors_.add_field("channels", std::to_string(index),
                             "must be `kind:id`, kind [a-z][a-z0-9_]*, id 1 to 64 bytes");
  }
  result_.channels.emplace_back(channel);
}

void EventDraft::put_expected_version(std::optional<std::uint64_t> version) {
  if (version && *version > kNumberMax) errors_.add("/expectedversion", kNoVersion);
  result_.expected_version = version;
}

void EventDraft::put_fields(const EventFields& fields) {
  fields_ = fields;
  has_spec_version_ = true;  // given by the buffer's identifier
  std::erase_if(fields_.extensions, [](const Extension& extension) {
    return find_attribute(extension.name).kind == AttributeKind::kIgnored;
  });
}

void EventDraft::put_text(std::string_view name, std::string text) {
  const Attribute attribute = find_attribute(name);
  if (!is_first(attribute, name)) return;
  switch (attribute.kind) {
    case AttributeKind::kText:
      if (text.empty()) return errors_.add_member(name, "must not be empty");
      fields_.*text_attributes()[attribute.index].field = keep(std::move(text));
      return;
    case AttributeKind::kSpecVersion: return put_spec_version(text == "1.0");
    case AttributeKind::kExpectedVersion:
      result_.expected_version = version_of({.kind = JsonKind::kNumber, .raw = text});
      if (!result_.expected_version) errors_.add("/expectedversion", kNoVersion);
      return;
    case AttributeKind::kIgnored: return;
    case AttributeKind::kExtension: {
      if (!is_utf8(text)) return errors_.add_member(name, "must be UTF-8");
      std::string token;
      append_json_string(token, text);
      fields_.extensions.push_back(
          {.name = keep(std::string(name)), .value = keep(std::move(token))});
      return;
    }
    case AttributeKind::kData:
    case AttributeKind::kDataBase64:
    case AttributeKind::kChannels: return errors_.add_member(name, "cannot come as text");
  }
}

void EventDraft::check(Timestamp received, DataCheck data_check) {
  if (!has_spec_version_) errors_.add("/specversion", "is missing");
  check_fields(fields_, data_check, errors_);
  // An extension of value `null` is absent, but its name may occur only once.
  std::erase_if(fields_.extensions, [](const Extension& e) { return e.value == "null"; });
  if (fields_.time.empty()) fields_.time = keep(format_rfc3339(received));
}

Result<IncomingEvent> EventDraft::build() {
  // Checked before the copy: the builder's buffer stays as large as its largest event.
  if (fields_.data.size() > kEventBytesMax) return fail(event_too_large());
  remove_repeats(result_.channels);
  result_.event = build_event(fields_);
  if (result_.event.size() > kEventBytesMax) return fail(event_too_large());
  return std::move(result_);
}

Result<IncomingEvent> EventDraft::finish(Timestamp received, DataCheck data_check) {
  check(received, data_check);
  if (!errors_.empty()) return fail(errors_.error());
  return build();
}

}  // namespace courtside
