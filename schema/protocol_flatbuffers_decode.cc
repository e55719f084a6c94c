#include <protocol_generated.h>

#include <utility>

#include "base/utf8.h"
#include "schema/event_draft.h"
#include "schema/flatbuffer.h"
#include "schema/protocol_flatbuffers.h"

namespace courtside::protocol {
namespace {

// A message is two tables deep; its vectors hold texts and bytes, never tables. A published event
// is a buffer of its own and is verified separately.
constexpr flatbuffers::Verifier::Options kVerifierOptions = {
    .max_depth = 4, .max_tables = 4, .check_alignment = true, .check_nested_flatbuffers = false};

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

// Copies up to one more than `count_max`, so that the caller can detect the excess.
std::vector<std::string> texts_of(
    const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* vector,
    std::size_t count_max) {
  std::vector<std::string> texts;
  if (vector == nullptr) return texts;
  for (const flatbuffers::String* text : *vector) {
    if (texts.size() > count_max) break;
    texts.push_back(text->str());
  }
  return texts;
}

// The number that the answer must carry; 0 means that there is none.
std::optional<std::uint32_t> id_of(std::uint32_t id) {
  if (!is_request_number(id)) return std::nullopt;
  return id;
}

Decoded decode(const fbs::Hello& hello) {
  Hello message{.token = text_of(hello.token()),
                .client = text_of(hello.client()),
                .has_token = hello.token() != nullptr};
  if (!is_utf8(message.token) || !is_utf8(message.client)) {
    return reject("token and client must be text", std::nullopt);
  }
  return message;
}

std::optional<From::Kind> from_kind(fbs::FromKind kind) {
  switch (kind) {
    case fbs::FromKind::Now: return From::Kind::kNow;
    case fbs::FromKind::Earliest: return From::Kind::kEarliest;
    case fbs::FromKind::After: return From::Kind::kAfter;
    case fbs::FromKind::Last: return From::Kind::kLast;
    case fbs::FromKind::Since: return From::Kind::kSince;
  }
  return std::nullopt;
}

Decoded decode(const fbs::Subscribe& subscribe) {
  const auto id = id_of(subscribe.id());
  if (!id) return reject(wanted_number("id"), id);
  const auto kind = from_kind(subscribe.from());
  if (!kind) return reject("from is of an unknown kind", id);
  Subscribe message{.id = *id,
                    .sub = subscribe.sub(),
                    .channels = texts_of(subscribe.channels(), kSubscribeChannelsMax),
                    .from = {.kind = *kind},
                    .types = texts_of(subscribe.types(), kSubscribeTypesMax),
                    .state = subscribe.state(),
                    .speed = subscribe.speed(),
                    .fields = texts_of(subscribe.fields(), kSubscribeFieldsMax),
                    .batch = subscribe.batch()};
  if (*kind == From::Kind::kAfter) message.from.after = text_of(subscribe.after());
  if (*kind == From::Kind::kLast) message.from.last = subscribe.last();
  if (*kind == From::Kind::kSince) message.from.since = Timestamp(subscribe.since_us());
  if (!is_utf8(message.from.after)) return reject("from.after must be a position", id);
  if (auto checked = check_subscribe(message); !checked) {
    return reject(std::move(checked.error()), id);
  }
  return message;
}

Decoded decode(const fbs::Unsubscribe& unsubscribe) {
  const auto id = id_of(unsubscribe.id());
  if (!id) return reject(wanted_number("id"), id);
  if (!is_request_number(unsubscribe.sub())) return reject(wanted_number("sub"), id);
  return Unsubscribe{.id = *id, .sub = unsubscribe.sub()};
}

// The event is rebuilt from its fields. Other bytes of the buffer (unreferenced, or fields of a
// later schema) were not validated, so they are not stored.
Decoded decode(const fbs::Publish& publish, Timestamp received) {
  const auto id = id_of(publish.id());
  if (!id) return reject(wanted_number("id"), id);
  if (publish.event() == nullptr) return reject("event must be an Event buffer", id);
  const AlignedBytes bytes(
      {reinterpret_cast<const char*>(publish.event()->Data()), publish.event()->size()});
  const auto event = verify_event(bytes.view());
  if (!event) return reject(event.error(), id);

  EventErrors errors;
  EventDraft draft(errors);
  draft.put_fields(event->fields());
  if (const auto version = publish.expectedversion(); version.has_value()) {
    draft.put_expected_version(version.value());
  }
  if (publish.mustnotexist()) {
    if (publish.expectedversion().value_or(0) != 0) {
      return reject("mustnotexist contradicts expectedversion", id);
    }
    draft.put_expected_version(0);
  }
  for (const std::string& channel : texts_of(publish.channels(), kRecordChannelsMax)) {
    draft.put_channel(channel);
  }
  auto incoming = draft.finish(received, DataCheck::kNeeded);
  if (!incoming) return reject(std::move(incoming.error()), id);
  return Publish{.id = *id, .event = std::move(*incoming)};
}

Decoded decode(const fbs::Refresh& refresh) {
  const auto id = id_of(refresh.id());
  if (!id) return reject(wanted_number("id"), id);
  std::string token = text_of(refresh.token());
  if (token.empty() || !is_utf8(token)) return reject("token must be text", id);
  return Refresh{.id = *id, .token = std::move(token)};
}

Decoded decode(const fbs::ClientMessage& message, Timestamp received) {
  switch (message.body_type()) {
    case fbs::ClientBody::Hello: return decode(*message.body_as_Hello());
    case fbs::ClientBody::Subscribe: return decode(*message.body_as_Subscribe());
    case fbs::ClientBody::Unsubscribe: return decode(*message.body_as_Unsubscribe());
    case fbs::ClientBody::Publish: return decode(*message.body_as_Publish(), received);
    case fbs::ClientBody::Refresh: return decode(*message.body_as_Refresh());
    case fbs::ClientBody::Ping: return Ping{};
    case fbs::ClientBody::Pong: return Pong{};
    case fbs::ClientBody::NONE: return reject("the message has no body", std::nullopt);
  }
  // FlatBuffers accepts an unknown union tag without looking at the body.
  return reject("the message's body is of an unknown kind", std::nullopt);
}

}  // namespace

Decoded decode_flatbuffer(std::string_view message, Timestamp received) {
  const AlignedBytes bytes(message);
  // 12 bytes: root offset, identifier and the smallest table.
  const bool sized = message.size() >= 12 && message.size() < FLATBUFFERS_MAX_BUFFER_SIZE;
  if (!sized) return reject_and_close("the message is not a ClientMessage buffer");
  flatbuffers::Verifier verifier(bytes.data(), message.size(), kVerifierOptions);
  if (!verifier.VerifyBuffer<fbs::ClientMessage>(kClientIdentifier)) {
    return reject_and_close("the message is not a ClientMessage buffer");
  }
  const auto& root = *flatbuffers::GetRoot<fbs::ClientMessage>(bytes.data());
  // A tag without a value passes the verifier too.
  if (root.body() == nullptr) return reject("the message has no body", std::nullopt);
  return decode(root, received);
}

}  // namespace courtside::protocol
