// What readers of outside sources keep in the log: their positions and notes. Only a SourceStep
// writes them, together with its events. Threads: any; calls may block on the disk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "schema/command.h"

namespace courtside {

class SourceState {
 public:
  virtual ~SourceState() = default;

  // The source's position; empty when nothing was ever read.
  virtual Result<std::string> source_place(std::string_view source) const = 0;

  // The value of a note; empty when there is none.
  virtual Result<std::string> source_note(std::string_view source, std::string_view key) const = 0;

  // The first `count_max` notes whose keys begin with `prefix`, in the order of their keys.
  // REQUIRES: prefix is not empty.
  virtual Result<std::vector<SourceNote>> source_notes(std::string_view source,
                                                       std::string_view prefix,
                                                       std::size_t count_max) const = 0;

  // Whether the log has an event with this id_key that retention has not dropped.
  virtual Result<bool> has_event(const Hash128& key) const = 0;

  // True when retention has never dropped an event. Only then does a `false` of has_event mean that
  // the event never existed. Call it after has_event: retention may run between the two.
  virtual bool holds_every_event() const = 0;
};

}  // namespace courtside
