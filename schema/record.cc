#include "schema/record.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace courtside {
namespace {

constexpr std::size_t kFlagsAt = 1;
constexpr std::size_t kChannelCountAt = 2;
constexpr std::size_t kHeaderSizeAt = 4;
constexpr std::size_t kOffsetAt = 8;
constexpr std::size_t kRecordedAt = 16;
constexpr std::size_t kSubjectVersionAt = 24;
constexpr std::size_t kBytesBeforeAt = 32;
constexpr std::size_t kChannelsAt = 40;
constexpr std::uint8_t kFlagsMax = static_cast<std::uint8_t>(IdScope::kActor);
constexpr std::size_t kAlignment = 8;
// A FlatBuffer's size is a multiple of this. Without this check, one that lost its last padding
// bytes would still verify.
constexpr std::size_t kEventAlignment = 4;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little endian");

template <typename Number>
Number read(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

template <typename Number>
void append(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::size_t header_size(std::string_view bytes) {
  return read<std::uint32_t>(bytes, kHeaderSizeAt);
}

std::size_t header_size_for(const std::vector<std::string>& channels) {
  std::size_t size = kChannelsAt;
  for (const std::string& channel : channels) size += 1 + channel.size();
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

// The channels must fill the header, except for zeros at its end.
bool is_sound_header(std::string_view bytes) {
  const std::size_t size = header_size(bytes);
  const std::size_t count = read<std::uint16_t>(bytes, kChannelCountAt);
  if (size < kChannelsAt || size > bytes.size() || size % kAlignment != 0) return false;
  if (count > kRecordChannelsMax) return false;
  std::string_view rest = bytes.substr(kChannelsAt, size - kChannelsAt);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = rest.empty() ? 0 : static_cast<unsigned char>(rest.front());
    if (rest.size() < 1 + length) return false;
    rest.remove_prefix(1 + length);
  }
  return rest.size() < kAlignment && rest.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

Hash128 id_key(EventView event, IdScope scope) {
  if (scope == IdScope::kSource) return hash128(event.source(), event.id());
  // An attribute cannot contain a line break.
  std::string source = "account:";
  source.append(event.actorid()).append("\n").append(event.source());
  return hash128(source, event.id());
}

void append_record(std::string& out, const RecordFields& fields,
                   const std::vector<std::string>& channels, std::string_view event) {
  COURTSIDE_CHECK(channels.size() <= kRecordChannelsMax);
  const std::size_t begin = out.size();
  const std::size_t header = header_size_for(channels);
  out.reserve(begin + header + event.size());
  append(out, kRecordFormat);
  append(out, static_cast<std::uint8_t>(fields.id_scope));
  append(out, static_cast<std::uint16_t>(channels.size()));
  append(out, static_cast<std::uint32_t>(header));
  append(out, fields.offset.value());
  append(out, fields.recorded.value());
  append(out, fields.subject_version);
  append(out, fields.bytes_before);
  for (const std::string& channel : channels) {
    COURTSIDE_CHECK(channel.size() <= 255);
    append(out, static_cast<std::uint8_t>(channel.size()));
    out.append(channel);
  }
  out.resize(begin + header, '\0');
  out.append(event);
}

Offset RecordView::offset() const { return Offset(read<std::uint64_t>(bytes_, kOffsetAt)); }

Timestamp RecordView::recorded() const {
  return Timestamp(read<std::int64_t>(bytes_, kRecordedAt));
}

std::uint64_t RecordView::subject_version() const {
  return read<std::uint64_t>(bytes_, kSubjectVersionAt);
}

std::uint64_t RecordView::bytes_before() const {
  return read<std::uint64_t>(bytes_, kBytesBeforeAt);
}

IdScope RecordView::id_scope() const {
  return static_cast<IdScope>(read<std::uint8_t>(bytes_, kFlagsAt));
}

EventView RecordView::event() const { return EventView(bytes_.substr(header_size(bytes_))); }

RecordChannels RecordView::channels() const {
  return {bytes_.data() + kChannelsAt, read<std::uint16_t>(bytes_, kChannelCountAt)};
}

bool RecordView::has_channel(std::string_view channel) const {
  const RecordChannels reached = channels();
  return std::find(reached.begin(), reached.end(), channel) != reached.end();
}

Result<RecordView> verify_record(std::string_view bytes) {
  const auto corrupt = [](const char* what) { return fail(Code::data_corrupt, what); };
  if (bytes.size() < kChannelsAt) return corrupt("a record is shorter than its header");
  const auto format = read<std::uint8_t>(bytes, 0);
  if (format == 0) return corrupt("a record has no format");
  // A later version changes the format or a flag; then nothing else can be interpreted.
  if (format > kRecordFormat || read<std::uint8_t>(bytes, kFlagsAt) > kFlagsMax) {
    return fail(Code::data_newer, "a record is of a later format");
  }
  if (!is_sound_header(bytes)) return corrupt("a record's header is damaged");
  const std::string_view event = bytes.substr(header_size(bytes));
  if (event.size() % kEventAlignment != 0 || !verify_event(event)) {
    return corrupt("a record's event is damaged");
  }
  return RecordView(bytes);
}

}  // namespace courtside
