// Small facts that the engine keeps beside the records. They outlive the events that they were
// derived from, and are part of backups.
//
// A note is written without a sync of its own, but it is durable before anything committed after
// it. So an event cannot be dropped without the note that replaces it.
//
// Threads: reads any; writes on the log thread, or before it exists. Calls may block on the disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

struct LogNote {
  std::string key;
  std::string value;  // empty: no such note
};

// The time at which the log got another epoch, in microseconds since 1970, as text: it was
// restored, copied, or had lost its end. The log may lack events from before this time.
constexpr std::string_view kRestoredNote = "restored";

class LogNotes {
 public:
  virtual ~LogNotes() = default;

  // The notes whose keys begin with `prefix`, in the order of their keys.
  virtual Result<std::vector<LogNote>> notes(std::string_view prefix) const = 0;

  // Replaces the value of each key; an empty value removes the note. Errors: write_failed.
  virtual Result<void> write_notes(const std::vector<LogNote>& notes) = 0;
};

}  // namespace courtside
