#include <protocol_generated.h>

#include <cstring>
#include <vector>

#include "schema/flatbuffer_table.h"
#include "schema/protocol_flatbuffers.h"

namespace courtside::protocol {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using Text = flatbuffers::Offset<flatbuffers::String>;

// Absent means empty, as everywhere in the schema.
Text text(Builder& builder, std::string_view value) {
  return value.empty() ? Text() : builder.CreateString(value.data(), value.size());
}

template <typename Body>
void finish(Builder& builder, flatbuffers::Offset<Body> body) {
  constexpr auto kTag = fbs::ServerBodyTraits<Body>::enum_value;
  builder.Finish(fbs::CreateServerMessage(builder, kTag, body.Union()), kServerIdentifier);
}

std::string_view bytes_of(const Builder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

struct FlatBuffersEncoder {
  Builder& builder;

  Text t(std::string_view value) const { return text(builder, value); }

  auto operator()(const Welcome& m) const {
    flatbuffers::Optional<std::uint32_t> expiresin;
    if (m.expiresin_s) expiresin = *m.expiresin_s;
    return fbs::CreateWelcome(builder, t(m.session), t(m.actor), t(m.epoch), t(m.head),
                              m.heartbeat_ms, m.maxmessage, expiresin);
  }
  auto operator()(const Subscribed& m) const {
    return fbs::CreateSubscribed(builder, m.id, m.sub, t(m.after), t(m.head));
  }
  auto operator()(const State& m) const {
    return fbs::CreateState(builder, m.sub, t(m.subject), t(m.position), t(m.state));
  }
  auto operator()(const Live& m) const { return fbs::CreateLive(builder, m.sub, t(m.position)); }
  auto operator()(const Behind& m) const {
    return fbs::CreateBehind(builder, m.sub, t(m.position));
  }
  auto operator()(const Gap& m) const {
    return fbs::CreateGap(builder, m.sub, t(m.reason), t(m.from), t(m.to));
  }
  auto operator()(const Progress& m) const { return fbs::CreateProgress(builder, t(m.position)); }
  auto operator()(const Ok& m) const {
    return fbs::CreateOk(builder, m.id, t(m.position), m.subjectversion, m.duplicate);
  }
  auto operator()(const ErrorReply& m) const {
    const CodeInfo& code = info(m.error.code);
    return fbs::CreateErrorReply(builder, m.id.value_or(0), t(code.name), t(m.error.message),
                                 code.retry != Retry::kNo, t(m.error.details));
  }
  auto operator()(const Unsubscribed& m) const {
    return fbs::CreateUnsubscribed(builder, m.sub, t(info(m.code).name));
  }
  auto operator()(const Ping&) const { return fbs::CreatePing(builder); }
  auto operator()(const Pong&) const { return fbs::CreatePong(builder); }
  auto operator()(const Expiring& m) const { return fbs::CreateExpiring(builder, m.in_s); }
  auto operator()(const Draining& m) const { return fbs::CreateDraining(builder, m.retryafter_ms); }
};

// Not 0: FlatBuffers would leave a 0 out, and then `sub` could not be patched in.
constexpr std::uint32_t kSubPlaceholder = 0xffffffff;

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> create_event_vector(Builder& builder,
                                                                           std::string_view event) {
  // The nested buffer begins at a multiple of 8, so that readers can use it in place.
  builder.ForceVectorAlignment(event.size(), 1, 8);
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(event.data()), event.size());
}

// The EventMessage in a message of build_event_message.
const flatbuffers::Table& event_table(std::string_view body) {
  return *root_table(body).GetPointer<const flatbuffers::Table*>(fbs::ServerMessage::VT_BODY);
}

// The index of its `sub`.
std::size_t sub_place(std::string_view body) {
  const auto* base = reinterpret_cast<const std::uint8_t*>(body.data());
  return static_cast<std::size_t>(event_table(body).GetAddressOf(fbs::EventMessage::VT_SUB) - base);
}

flatbuffers::Offset<fbs::EventMessage> copy_without_sub(Builder& builder, std::string_view body) {
  using From = fbs::EventMessage;
  const flatbuffers::Table& from = event_table(body);
  const auto event = create_event_vector(builder, bytes_in(from, From::VT_EVENT));
  const Text position = text(builder, bytes_in(from, From::VT_POSITION));
  return fbs::CreateEventMessage(builder, 0, position,
                                 from.GetField<std::uint64_t>(From::VT_OFFSET, 0),
                                 from.GetField<std::int64_t>(From::VT_RECORDED_US, 0),
                                 from.GetField<std::uint64_t>(From::VT_SUBJECTVERSION, 0), event);
}

}  // namespace

void encode_flatbuffer(const ServerMessage& message, std::string& out) {
  Builder builder(512);
  std::visit([&builder](const auto& m) { finish(builder, FlatBuffersEncoder{builder}(m)); },
             message);
  out.append(bytes_of(builder));
}

std::string build_event_message(std::string_view epoch, RecordView record, const ShownPart& part) {
  const std::string shown = part.is_whole() ? std::string() : build_part(record.event(), part);
  const std::string_view event = part.is_whole() ? record.event().bytes() : std::string_view(shown);
  const FieldSelection& fields = part.selection();
  Builder builder(256 + event.size());
  const auto vector = create_event_vector(builder, event);
  const Text position = text(builder, format_position(epoch, record.offset()));
  // 0 means that it is not given.
  finish(builder, fbs::CreateEventMessage(
                      builder, kSubPlaceholder, position,
                      fields.has_sequence() ? record.offset().value() : 0,
                      fields.has_recordedtime() ? record.recorded().value() : 0,
                      fields.has_subjectversion() ? record.subject_version() : 0, vector));
  return std::string(bytes_of(builder));
}

void append_event_message(std::string& out, std::uint32_t sub, std::string_view body) {
  const std::size_t begin = out.size();
  out.append(body);
  const std::uint32_t little_endian = flatbuffers::EndianScalar(sub);
  std::memcpy(out.data() + begin + sub_place(body), &little_endian, sizeof(little_endian));
}

void append_event_item(std::string& items, std::string_view body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  items.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(body);
}

void append_events_message(std::string& out, std::uint32_t sub, std::string_view items) {
  Builder builder(items.size() + 256);
  std::vector<flatbuffers::Offset<fbs::EventMessage>> events;
  while (!items.empty()) {
    std::uint32_t size;
    std::memcpy(&size, items.data(), sizeof(size));
    events.push_back(copy_without_sub(builder, items.substr(sizeof(size), size)));
    items.remove_prefix(sizeof(size) + size);
  }
  finish(builder, fbs::CreateEventsMessage(builder, sub, builder.CreateVector(events)));
  out.append(bytes_of(builder));
}

}  // namespace courtside::protocol
