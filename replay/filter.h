// Which events a reader wants. The same filter serves live delivery, catching up and history.
// Threads: a value; immutable in use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "schema/record.h"

namespace courtside {

struct Filter {
  // Channels, `kind:*` patterns or `*`: an event must have one of them. Empty: not filtered by
  // channel, like `*`.
  std::vector<std::string> channels;
  std::vector<std::string> types;  // exact, or `prefix.*`; empty: all
  std::string subject;             // empty: all; so below
  std::string actor;
  std::string correlationid;
  std::optional<Timestamp> since;  // recorded time, inclusive
  std::optional<Timestamp> until;  // exclusive

  bool matches(RecordView record) const;
  bool wants_every_channel() const;
};

bool matches_channel(std::string_view pattern, std::string_view channel);
bool matches_type(std::string_view pattern, std::string_view type);
// A type filter is `*`-free but for one final `.*`, 1 to 255 bytes.
bool is_type_pattern(std::string_view text);

}  // namespace courtside
