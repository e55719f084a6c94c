// Offsets in the log, and the positions `epoch:offset` that clients keep.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong_id.h"

namespace courtside {

// An event's offset in the log: 1, 2, 3 ... without holes. 0 is before the first event.
using Offset = StrongId<struct OffsetTag, std::uint64_t>;

constexpr Offset next(Offset offset) { return Offset(offset.value() + 1); }
constexpr Offset previous(Offset offset) { return Offset(offset.value() - 1); }

// The offsets begin, begin + 1, ... end - 1.
struct OffsetRange {
  Offset begin;
  Offset end;

  constexpr std::uint64_t count() const { return end.value() - begin.value(); }
  constexpr bool empty() const { return begin == end; }
  constexpr bool contains(Offset offset) const { return begin <= offset && offset < end; }
  friend constexpr bool operator==(OffsetRange, OffsetRange) = default;
};

// The log's identity: a word of 1 to 16 characters [a-z0-9]. A recreated or restored log gets a new
// one.
constexpr std::size_t kEpochLengthMax = 16;

// Means "after this event". It is the one token for resume, SSE ids, cursors and permalinks.
struct Position {
  std::string epoch;
  Offset offset;
  friend bool operator==(const Position&, const Position&) = default;
};

// Parses `k3f9:104217` or `k3f9_00000000000000104217`. bad_position unless the epoch is a word as
// above and the offset a decimal number below 2^64, in the first form without leading zeros and in
// the second one with 20 digits.
Result<Position> parse_position(std::string_view text);
std::string format_position(std::string_view epoch, Offset offset);
// The second form. Within an epoch, texts of this form are ordered like the offsets, and a URL may
// contain them unescaped.
std::string format_sortable_position(std::string_view epoch, Offset offset);
inline std::string format(const Position& p) { return format_position(p.epoch, p.offset); }

}  // namespace courtside
