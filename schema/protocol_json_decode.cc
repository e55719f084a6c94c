#include <optional>
#include <utility>

#include "base/fine_time.h"
#include "base/format.h"
#include "base/utf8.h"
#include "schema/event_draft.h"
#include "schema/json_reader.h"
#include "schema/protocol_json.h"

namespace courtside::protocol {
namespace {

// The members that messages use, undecoded. Of a repeated member the last wins.
struct Members {
  JsonValue type, id, sub, channels, from, types, state, speed, fields, batch, token, client,
      expectedversion;
};

struct Member {
  std::string_view name;
  JsonValue Members::*value;
};
constexpr Member kMembers[] = {{"type", &Members::type},
                               {"id", &Members::id},
                               {"sub", &Members::sub},
                               {"channels", &Members::channels},
                               {"from", &Members::from},
                               {"types", &Members::types},
                               {"state", &Members::state},
                               {"speed", &Members::speed},
                               {"fields", &Members::fields},
                               {"batch", &Members::batch},
                               {"token", &Members::token},
                               {"client", &Members::client},
                               {"expectedversion", &Members::expectedversion}};

// The number of a request or subscription; 0 when it is not valid.
std::uint32_t request_number(const JsonValue& value) {
  const auto number = json_integer(value);
  const bool fits = number && *number > 0 && is_request_number(static_cast<std::uint64_t>(*number));
  return fits ? static_cast<std::uint32_t>(*number) : 0;
}

// A text that may be absent (then empty). Empty optional for any other kind of value.
std::optional<std::string> optional_text(const JsonValue& value) {
  if (value.absent()) return std::string();
  std::string scratch;
  const auto text = value.is(JsonKind::kString) ? json_text(value, scratch) : std::nullopt;
  if (!text) return std::nullopt;
  return std::string(*text);
}

// An array of texts. An element that is not a text becomes empty, which is neither a channel nor a
// type. Reads up to one more than `count_max`, so that the caller can detect the excess.
std::optional<std::vector<std::string>> texts(const JsonValue& value, std::size_t count_max) {
  std::vector<std::string> list;
  if (value.absent()) return list;
  JsonReader reader(value.raw);
  if (!reader.begin_array()) return std::nullopt;
  while (list.size() <= count_max && reader.next_element()) {
    list.push_back(optional_text(reader.value()).value_or(std::string()));
  }
  return list;
}

// 0 for "max" and for an absent speed: as fast as possible.
std::optional<std::uint32_t> speed_of(const JsonValue& value) {
  if (value.absent() || value.raw == "\"max\"") return 0;
  const std::uint32_t number = request_number(value);
  if (number == 0) return std::nullopt;
  return number;
}

// False when it is absent.
std::optional<bool> flag_of(const JsonValue& value) {
  if (value.absent() || value.raw == "false") return false;
  if (value.raw == "true") return true;
  return std::nullopt;
}

class Decoder {
 public:
  explicit Decoder(Timestamp received) : received_(received) {}

  Decoded decode(std::string_view message) {
    if (!is_utf8(message)) return reject_and_close("the message is not UTF-8");
    JsonReader reader(message);
    if (reader.peek() != JsonKind::kObject) {
      return reject_and_close("the message is not a JSON object");
    }
    read(reader);
    if (!reader.at_end()) return reject_and_close("the message is not JSON");
    if (const std::uint32_t number = request_number(members_.id); number != 0) id_ = number;
    return dispatch();
  }

 private:
  // Everything is read in one pass: `type` may come last, and an event may be long.
  void read(JsonReader& reader) {
    std::string scratch;
    reader.begin_object();
    while (reader.next_member()) {
      const auto name = json_text(reader.key(), scratch);
      if (name == "event" && reader.peek() == JsonKind::kObject) {
        errors_ = {};
        draft_.emplace(errors_).read(reader);
      } else {
        keep(name, reader.value());
      }
    }
  }

  void keep(std::optional<std::string_view> name, const JsonValue& value) {
    for (const Member& member : kMembers) {
      if (member.name == name) members_.*member.value = value;
    }
  }

  Decoded dispatch() {
    const auto type = optional_text(members_.type);
    if (!type || type->empty()) return reject("type must be the name of a message", id_);
    if (*type == "publish") return request(&Decoder::publish);
    if (*type == "subscribe") return request(&Decoder::subscribe);
    if (*type == "unsubscribe") return request(&Decoder::unsubscribe);
    if (*type == "refresh") return request(&Decoder::refresh);
    if (*type == "hello") return hello();
    if (*type == "ping") return Ping{};
    if (*type == "pong") return Pong{};
    return reject(format("type {} is unknown", shown(*type)), id_);
  }

  // A message that gets an answer needs an id.
  Decoded request(Decoded (Decoder::*decode_request)()) {
    if (!id_) return reject(wanted_number("id"), id_);
    return (this->*decode_request)();
  }

  Decoded hello() {
    auto token = optional_text(members_.token);
    auto client = optional_text(members_.client);
    if (!token || !client) return reject("token and client must be text", id_);
    return Hello{.token = std::move(*token),
                 .client = std::move(*client),
                 .has_token = !members_.token.absent()};
  }

  Decoded subscribe() {
    auto channels = texts(members_.channels, kSubscribeChannelsMax);
    auto types = texts(members_.types, kSubscribeTypesMax);
    auto from = decode_from(members_.from);
    if (!channels) return reject("channels must be an array of channels", id_);
    if (!types) return reject("types must be an array of types", id_);
    // It would match every event, where the client may have meant none.
    if (!members_.types.absent() && types->empty()) {
      return reject("types must list at least one type, or be left out", id_);
    }
    if (!from) return reject(std::move(from.error()), id_);
    const auto state = flag_of(members_.state);
    if (!state) return reject("state must be true or false", id_);
    const auto batch = flag_of(members_.batch);
    if (!batch) return reject("batch must be true or false", id_);
    const auto speed = speed_of(members_.speed);
    if (!speed) return reject(wanted_speed(), id_);
    auto fields = texts(members_.fields, kSubscribeFieldsMax);
    if (!fields) return reject("fields must be an array of field names", id_);
    if (!members_.fields.absent() && fields->empty()) {
      return reject("fields must list at least one field, or be left out", id_);
    }
    Subscribe subscribe{.id = *id_,
                        .sub = request_number(members_.sub),
                        .channels = std::move(*channels),
                        .from = std::move(*from),
                        .types = std::move(*types),
                        .state = *state,
                        .speed = *speed,
                        .fields = std::move(*fields),
                        .batch = *batch};
    if (auto checked = check_subscribe(subscribe); !checked) {
      return reject(std::move(checked.error()), id_);
    }
    return subscribe;
  }

  Decoded unsubscribe() {
    const std::uint32_t sub = request_number(members_.sub);
    if (sub == 0) return reject(wanted_number("sub"), id_);
    return Unsubscribe{.id = *id_, .sub = sub};
  }

  Decoded publish() {
    if (!draft_) return reject("event must be a JSON object", id_);
    if (!members_.expectedversion.absent()) {
      const auto version = version_of(members_.expectedversion);
      if (!version) return reject("expectedversion must be a whole number from 0 to 2^53", id_);
      draft_->put_expected_version(version);
    }
    auto event = draft_->finish(received_, DataCheck::kGrammarChecked);
    if (!event) return reject(std::move(event.error()), id_);
    return Publish{.id = *id_, .event = std::move(*event)};
  }

  Decoded refresh() {
    auto token = optional_text(members_.token);
    if (!token || token->empty()) return reject("token must be text", id_);
    return Refresh{.id = *id_, .token = std::move(*token)};
  }

  static Result<From> decode_from(const JsonValue& value);
  static Result<From> decode_from_object(const JsonValue& value);

  const Timestamp received_;
  Members members_;
  EventErrors errors_;
  std::optional<EventDraft> draft_;
  std::optional<std::uint32_t> id_;
};

tl::unexpected<Error> bad_from() {
  return fail(Code::bad_request,
              R"(from must be "now", "earliest", or an object with one of after, last, since)");
}

Result<From> Decoder::decode_from(const JsonValue& value) {
  if (value.is(JsonKind::kObject)) return decode_from_object(value);
  const auto text = optional_text(value);
  if (value.absent() || text == "now") return From{};
  if (text == "earliest") return From{.kind = From::Kind::kEarliest};
  return bad_from();
}

Result<From> decode_after(const JsonValue& value) {
  auto text = value.absent() ? std::nullopt : optional_text(value);
  if (!text) return fail(Code::bad_request, "from.after must be a position");
  return From{.kind = From::Kind::kAfter, .after = std::move(*text)};
}

// A number out of range becomes 0, which check_subscribe refuses.
Result<From> decode_last(const JsonValue& value) {
  return From{.kind = From::Kind::kLast, .last = request_number(value)};
}

Result<From> decode_since(const JsonValue& value) {
  const auto text = optional_text(value);
  const auto since = text ? parse_fine_time(*text) : std::nullopt;
  if (!since) return fail(Code::bad_request, "from.since must be an RFC 3339 time");
  return From{.kind = From::Kind::kSince, .since = since->ceiling()};
}

Result<From> Decoder::decode_from_object(const JsonValue& value) {
  JsonValue after, last, since;
  JsonReader reader(value.raw);
  reader.begin_object();
  while (reader.next_member()) {
    const std::string_view key = reader.key().raw;
    const JsonValue member = reader.value();
    if (key == "\"after\"") after = member;
    if (key == "\"last\"") last = member;
    if (key == "\"since\"") since = member;
  }
  const int given = !after.absent() + !last.absent() + !since.absent();
  if (given != 1) return bad_from();
  if (!after.absent()) return decode_after(after);
  return last.absent() ? decode_since(since) : decode_last(last);
}

}  // namespace

Decoded decode_json(std::string_view message, Timestamp received) {
  return Decoder(received).decode(message);
}

}  // namespace courtside::protocol
