// The keys and values of the log's column families, except records. Threads: any; functions and
// values.
//
//   events   key: offset
//   index    key: term, 0x00, first offset     value: a chunk, see below
//   ids      key: the digest's two halves      value: offset
//   subjects key: the subject                  value: version, first offset, last offset
//   meta     "format", "epoch", "place"        "place": the four numbers of FoldPlace
//            "attributes from"                 LogReader::attributes_from: an offset
//            "attributes through"              the end of the index's attribute terms: an offset
//            "source/<name>/<key>"             a note of a source's reader, in its own format
//
// Numbers are u64 big endian, so that keys sort like numbers. A chunk is a list of varints
// (LEB128): the distance from its first offset to its last, then each offset's distance from the
// previous one. So its key and first varint give its range.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "eventlog/fold.h"
#include "eventlog/log_reader.h"
#include "schema/position.h"

namespace courtside {

// Numbers as a key or value, without an allocation.
template <std::size_t kCount>
class Numbers {
 public:
  explicit Numbers(const std::array<std::uint64_t, kCount>& numbers) {
    std::size_t at = 0;
    for (const std::uint64_t number : numbers) {
      for (int shift = 56; shift >= 0; shift -= 8)
        bytes_[at++] = static_cast<char>(number >> shift);
    }
  }
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 8 * kCount> bytes_;
};

// The number in the first eight bytes. REQUIRES: bytes.size() >= 8.
std::uint64_t number_at(std::string_view bytes);

inline Numbers<1> encode(Offset offset) {
  return Numbers<1>(std::array<std::uint64_t, 1>{offset.value()});
}
inline Numbers<2> encode(const Hash128& key) {
  return Numbers<2>(std::array<std::uint64_t, 2>{key.high, key.low});
}
Numbers<3> encode(const SubjectState& state);
Numbers<4> encode(const FoldPlace& place);

// Empty when the bytes are malformed.
std::optional<Offset> decode_offset(std::string_view bytes);
std::optional<SubjectState> decode_subject(std::string_view bytes);
std::optional<FoldPlace> decode_place(std::string_view bytes);

// The largest number of offsets in one chunk.
constexpr std::size_t kChunkOffsetsMax = 1024;

// The key of a chunk is its term's prefix and the eight bytes of its first offset.
std::string chunk_key_prefix(std::string_view term);
std::string chunk_key(std::string_view term, Offset first);

// Appends the value of a chunk to `out`. REQUIRES: offsets ascend; there is at least one.
void append_chunk(std::string& out, const std::vector<Offset>& offsets);

// The last offset of a chunk that begins with `first`; empty when the bytes are malformed.
std::optional<Offset> chunk_last(Offset first, std::string_view chunk);

// Appends the chunk's offsets within `range` to `out`, ascending. False when the bytes are
// malformed.
bool decode_chunk(Offset first, std::string_view chunk, OffsetRange range,
                  std::vector<Offset>& out);

// The key of the index's low-water offset, beside the chunks. No term begins with a zero byte.
constexpr std::string_view kLowWaterKey("\0low water", 10);

// In `meta`; each segment writes it together with the low-water offset, to the same value. The two
// differ only if a version without attribute terms has written segments since. It is in `meta`
// because that version would report an unknown key of the index as damage.
constexpr std::string_view kAttributesThroughKey = "attributes through";

}  // namespace courtside
