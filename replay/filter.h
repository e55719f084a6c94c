// Which events a reader wants. The same filter serves live delivery, catching up and history.
// Threads: a value; immutable in use.
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
  // Channels, `kind:*` patterns or `*`: an event must have one of them. Empty: not filtered by
  // channel, like `*`.
  std::vector<std::string> channels = {};
  std::vector<std::string> types = {};  // exact, or `prefix.*`; empty: all
  std::string subject = {};             // empty: all; so below
  std::string actor = {};
  std::string correlationid = {};
  std::optional<Timestamp> since = {};  // recorded time, inclusive
  std::optional<Timestamp> until = {};  // exclusive

  // All of it. Its cost grows with channels and types: for many records, see Matcher.
  bool matches(RecordView record) const;
  // All of it but the channels: what is left to ask of an event that came by one of them.
  bool matches_attributes(RecordView record) const;
  bool wants_every_channel() const;
};

constexpr std::size_t kTypePatternBytesMax = 255;
// 1 to kTypePatternBytesMax bytes of UTF-8 without control characters and without `*`, but for a
// final `.*` after at least one other byte.
bool is_type_pattern(std::string_view text);

}  // namespace courtside
