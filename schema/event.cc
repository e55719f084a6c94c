#include "schema/event.h"

#include <event_generated.h>

#include "schema/flatbuffer_table.h"

namespace courtside {
namespace {

// An event is two tables deep: one for itself and one for each extension, of which at most
// kEventExtensionsMax are allowed. A buffer with many more is refused without walking it.
constexpr flatbuffers::uoffset_t kEventDepthMax = 4;
constexpr flatbuffers::uoffset_t kTablesMax = 64;

using Table = flatbuffers::Table;
using Field = flatbuffers::voffset_t;

std::string_view text_of(std::string_view bytes, Field field) {
  return bytes_in(root_table(bytes), field);
}

std::vector<Extension> extensions_of(const Table& event) {
  std::vector<Extension> extensions;
  const auto* vector = event.GetPointer<const std::uint8_t*>(fbs::Event::VT_EXTENSIONS);
  if (vector == nullptr) return extensions;
  using Offset = flatbuffers::uoffset_t;
  const auto count = flatbuffers::ReadScalar<Offset>(vector);
  extensions.reserve(count);
  for (Offset i = 0; i < count; ++i) {
    const std::uint8_t* slot = vector + sizeof(Offset) * (i + 1);
    const auto& table =
        *reinterpret_cast<const Table*>(slot + flatbuffers::ReadScalar<Offset>(slot));
    extensions.push_back({.name = bytes_in(table, fbs::Extension::VT_NAME),
                          .value = bytes_in(table, fbs::Extension::VT_VALUE)});
  }
  return extensions;
}

using Text = flatbuffers::Offset<flatbuffers::String>;

Text create_text(flatbuffers::FlatBufferBuilder& builder, std::string_view text) {
  return text.empty() ? Text() : builder.CreateString(text.data(), text.size());
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fbs::Extension>>> create_extensions(
    flatbuffers::FlatBufferBuilder& builder, const std::vector<Extension>& extensions) {
  if (extensions.empty()) return 0;
  std::vector<flatbuffers::Offset<fbs::Extension>> tables;
  tables.reserve(extensions.size());
  for (const Extension& extension : extensions) {
    const Text name = create_text(builder, extension.name);
    tables.push_back(fbs::CreateExtension(builder, name, create_text(builder, extension.value)));
  }
  return builder.CreateVector(tables);
}

fbs::DataKind data_kind_of(DataKind kind) { return static_cast<fbs::DataKind>(kind); }

}  // namespace

std::string build_event(const EventFields& fields) {
  thread_local flatbuffers::FlatBufferBuilder builder(1024);
  builder.Clear();
  const auto data =
      fields.data_kind == DataKind::kNone
          ? 0
          : builder.CreateVector(reinterpret_cast<const std::uint8_t*>(fields.data.data()),
                                 fields.data.size());
  const auto text = [](std::string_view value) { return create_text(builder, value); };
  const auto event = fbs::CreateEvent(
      builder, text(fields.id), text(fields.source), text(fields.type), text(fields.subject),
      text(fields.time), text(fields.datacontenttype), text(fields.dataschema),
      text(fields.correlationid), text(fields.causationid), text(fields.actorid),
      text(fields.actortype), text(fields.actorrole), text(fields.traceparent),
      create_extensions(builder, fields.extensions), data_kind_of(fields.data_kind), data);
  fbs::FinishEventBuffer(builder, event);
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

std::string_view EventView::id() const { return text_of(bytes_, fbs::Event::VT_ID); }
std::string_view EventView::source() const { return text_of(bytes_, fbs::Event::VT_SOURCE); }
std::string_view EventView::type() const { return text_of(bytes_, fbs::Event::VT_TYPE); }
std::string_view EventView::subject() const { return text_of(bytes_, fbs::Event::VT_SUBJECT); }
std::string_view EventView::time() const { return text_of(bytes_, fbs::Event::VT_TIME); }
std::string_view EventView::datacontenttype() const {
  return text_of(bytes_, fbs::Event::VT_DATACONTENTTYPE);
}
std::string_view EventView::correlationid() const {
  return text_of(bytes_, fbs::Event::VT_CORRELATIONID);
}
std::string_view EventView::causationid() const {
  return text_of(bytes_, fbs::Event::VT_CAUSATIONID);
}
std::string_view EventView::actorid() const { return text_of(bytes_, fbs::Event::VT_ACTORID); }
std::string_view EventView::actortype() const { return text_of(bytes_, fbs::Event::VT_ACTORTYPE); }
std::string_view EventView::actorrole() const { return text_of(bytes_, fbs::Event::VT_ACTORROLE); }

DataKind EventView::data_kind() const {
  return static_cast<DataKind>(
      root_table(bytes_).GetField<std::uint8_t>(fbs::Event::VT_DATA_KIND, 0));
}

std::string_view EventView::data() const { return text_of(bytes_, fbs::Event::VT_DATA); }

EventFields EventView::fields() const {
  const Table& event = root_table(bytes_);
  return {.id = bytes_in(event, fbs::Event::VT_ID),
          .source = bytes_in(event, fbs::Event::VT_SOURCE),
          .type = bytes_in(event, fbs::Event::VT_TYPE),
          .subject = bytes_in(event, fbs::Event::VT_SUBJECT),
          .time = bytes_in(event, fbs::Event::VT_TIME),
          .datacontenttype = bytes_in(event, fbs::Event::VT_DATACONTENTTYPE),
          .dataschema = bytes_in(event, fbs::Event::VT_DATASCHEMA),
          .correlationid = bytes_in(event, fbs::Event::VT_CORRELATIONID),
          .causationid = bytes_in(event, fbs::Event::VT_CAUSATIONID),
          .actorid = bytes_in(event, fbs::Event::VT_ACTORID),
          .actortype = bytes_in(event, fbs::Event::VT_ACTORTYPE),
          .actorrole = bytes_in(event, fbs::Event::VT_ACTORROLE),
          .traceparent = bytes_in(event, fbs::Event::VT_TRACEPARENT),
          .extensions = extensions_of(event),
          .data_kind = data_kind(),
          .data = bytes_in(event, fbs::Event::VT_DATA)};
}

Result<EventView> verify_event(std::string_view bytes) {
  const AlignedBytes aligned(bytes);
  // The identifier ends at byte 8; a shorter text has none.
  const bool sized = bytes.size() >= 8 && bytes.size() < FLATBUFFERS_MAX_BUFFER_SIZE;
  const auto broken = [] { return fail(Code::bad_request, "the event is not an Event buffer"); };
  if (!sized) return broken();
  flatbuffers::Verifier verifier(aligned.data(), bytes.size(), kEventDepthMax, kTablesMax);
  if (!fbs::VerifyEventBuffer(verifier)) return broken();
  const EventView event(bytes);
  if (event.data_kind() > DataKind::kBinary) return broken();
  return event;
}

}  // namespace courtside
