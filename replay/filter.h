// Which events a reader wants. Live delivery, catching up and history use the same filter. Threads:
// a value; immutable in use.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "schema/pattern.h"
#include "schema/record.h"

namespace courtside {

struct Filter {
  // Channels, `kind:*` patterns or `*`: an event must reach one of them. Empty means all, like `*`.
  std::vector<std::string> channels = {};
  std::vector<std::string> types = {};  // exact, or `prefix.*`; empty: all
  std::string subject = {};             // empty: all; the same below
  std::string actor = {};
  std::string correlationid = {};
  std::optional<Timestamp> since = {};  // recorded time, inclusive
  std::optional<Timestamp> until = {};  // exclusive

  // Tests every condition. The cost grows with channels and types: for many records, use Matcher.
  bool matches(RecordView record) const;
  // Tests everything except the channels: for events that were found through one of them.
  bool matches_attributes(RecordView record) const;
  bool wants_every_channel() const;
};

constexpr std::size_t kTypePatternBytesMax = 255;
// 1 to kTypePatternBytesMax bytes of UTF-8 without control characters and without `*`, except for a
// final `.*` after at least one other byte.
bool is_type_pattern(std::string_view text);

}  // namespace courtside
