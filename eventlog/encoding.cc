#include "eventlog/encoding.h"

namespace courtside {
namespace {

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

bool take_varint(std::string_view& bytes, std::uint64_t& out) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    bytes.remove_prefix(i + 1);
    out = number;
    return true;
  }
  return false;
}

}  // namespace

std::uint64_t number_at(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

Numbers<3> encode(const SubjectState& state) {
  return Numbers<3>(
      std::array<std::uint64_t, 3>{state.version, state.first.value(), state.last.value()});
}

Numbers<4> encode(const FoldPlace& place) {
  return Numbers<4>(std::array<std::uint64_t, 4>{place.first_held.value(), place.next.value(),
                                                 static_cast<std::uint64_t>(place.recorded.value()),
                                                 place.bytes_through});
}

std::optional<Offset> decode_offset(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return Offset(number_at(bytes));
}

std::optional<SubjectState> decode_subject(std::string_view bytes) {
  if (bytes.size() != 24) return std::nullopt;
  return SubjectState{.version = number_at(bytes),
                      .first = Offset(number_at(bytes.substr(8))),
                      .last = Offset(number_at(bytes.substr(16)))};
}

std::optional<FoldPlace> decode_place(std::string_view bytes) {
  if (bytes.size() != 32) return std::nullopt;
  const FoldPlace place{
      .first_held = Offset(number_at(bytes)),
      .next = Offset(number_at(bytes.substr(8))),
      .recorded = Timestamp(static_cast<std::int64_t>(number_at(bytes.substr(16)))),
      .bytes_through = number_at(bytes.substr(24))};
  if (place.first_held < Offset(1) || place.next < place.first_held) return std::nullopt;
  return place;
}

std::string chunk_key_prefix(std::string_view term) {
  std::string key;
  key.reserve(term.size() + 9);
  return key.append(term).append(1, '\0');
}

std::string chunk_key(std::string_view term, Offset first) {
  return chunk_key_prefix(term).append(encode(first).view());
}

void append_chunk(std::string& out, const std::vector<Offset>& offsets) {
  append_varint(out, offsets.back().value() - offsets.front().value());
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    append_varint(out, offsets[i].value() - offsets[i - 1].value());
  }
}

std::optional<Offset> chunk_last(Offset first, std::string_view chunk) {
  std::uint64_t distance = 0;
  if (!take_varint(chunk, distance)) return std::nullopt;
  return Offset(first.value() + distance);
}

bool decode_chunk(Offset first, std::string_view chunk, OffsetRange range,
                  std::vector<Offset>& out) {
  std::uint64_t distance = 0;
  if (!take_varint(chunk, distance)) return false;
  const Offset last(first.value() + distance);
  Offset offset = first;
  for (;;) {
    if (range.contains(offset)) out.push_back(offset);
    if (chunk.empty()) return offset == last;
    if (!take_varint(chunk, distance)) return false;
    offset = Offset(offset.value() + distance);
  }
}

}  // namespace courtside
