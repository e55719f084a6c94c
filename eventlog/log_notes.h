// Small facts that the engine keeps beside the records: they outlive the events that they follow
// from, and go with the log into a backup and out of it.
//
// A note is written without a sync of its own. It is on the disk before anything that is committed
// after it: so an event that a note stands for cannot be dropped without the note being there.
//
// Threads: read any; write the log thread's, or before there is one. Every call may block on the
// disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

struct LogNote {
  std::string key;
  std::string value;  // empty: there is none
};

// When the log got another epoch, in microseconds since 1970, as text: it was restored from a
// backup, or copied, or had lost its end. What happened before this time is not all known.
constexpr std::string_view kRestoredNote = "restored";

class LogNotes {
 public:
  virtual ~LogNotes() = default;

  // All whose keys begin with `prefix`, in the order of their keys.
  virtual Result<std::vector<LogNote>> notes(std::string_view prefix) const = 0;

  // Each in the place of what its key had; an empty value removes it. Errors: write_failed.
  virtual Result<void> write_notes(const std::vector<LogNote>& notes) = 0;
};

}  // namespace courtside
