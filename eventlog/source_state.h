// What readers of outside sources remember in the log: written by a SourceStep, with the events
// that it brought, and by nothing else. Threads: any; every call may block on the disk.
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

  // Where the reader of a source stands; empty when it never read.
  virtual Result<std::string> source_place(std::string_view source) const = 0;

  // The value of a note; empty when there is none.
  virtual Result<std::string> source_note(std::string_view source, std::string_view key) const = 0;

  // The first notes whose keys begin with `prefix`, in the order of their keys: at most
  // `count_max`. REQUIRES: prefix is not empty.
  virtual Result<std::vector<SourceNote>> source_notes(std::string_view source,
                                                       std::string_view prefix,
                                                       std::size_t count_max) const = 0;

  // Whether an event with this id_key is in the log and not dropped by retention.
  virtual Result<bool> has_event(const Hash128& key) const = 0;

  // Whether retention has never dropped an event. Only then does has_event's "no" mean that there
  // never was such an event; ask this after has_event, as retention may run between the two.
  virtual bool holds_every_event() const = 0;
};

}  // namespace courtside
