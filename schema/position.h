// Where an event stands: its offset in the log, and the position `epoch:offset` that clients hold.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong_id.h"

namespace courtside {

// An event's place in the log: 1, 2, 3 ... without holes at commit. 0 is the place before the
// first.
using Offset = StrongId<struct OffsetTag, std::uint64_t>;

constexpr Offset next(Offset offset) { return Offset(offset.value() + 1); }
constexpr Offset previous(Offset offset) { return Offset(offset.value() - 1); }

// Offsets begin, begin + 1, ... end - 1.
struct OffsetRange {
  Offset begin;
  Offset end;

  constexpr std::uint64_t count() const { return end.value() - begin.value(); }
  constexpr bool empty() const { return begin == end; }
  constexpr bool contains(Offset offset) const { return begin <= offset && offset < end; }
  friend constexpr bool operator==(OffsetRange, OffsetRange) = default;
};

// The log's identity: a word of 1 to 16 characters [a-z0-9], new whenever the log was recreated or
// restored.
constexpr std::size_t kEpochLengthMax = 16;

// "After this event": the one token for resume, SSE ids, cursors and permalinks.
struct Position {
  std::string epoch;
  Offset offset;
  friend bool operator==(const Position&, const Position&) = default;
};

// `k3f9:104217`. bad_position unless the epoch is a word as above and the offset a decimal number
// below 2^64 without zeros in front.
Result<Position> parse_position(std::string_view text);
std::string format_position(std::string_view epoch, Offset offset);
inline std::string format(const Position& p) { return format_position(p.epoch, p.offset); }

}  // namespace courtside
