// Whether a log still ends where it once did. RocksDB opens a log whose newest journal was removed,
// emptied or cut, as a shorter one: offsets would be given a second time, and a client beyond the
// end would miss events without a word. The file `tail` says how far it went (tail_file.h).
//
// Threads: the caller's; it blocks on the disk.
#pragma once

#include <string>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/verify.h"

namespace courtside {

struct LogEnd {
  bool has_tail = false;  // else it was last written by a version without one, or somebody took it
  bool is_copy = false;   // of a folder in which the log may have gone on
};

// What the log says of itself, held against its tail file. data_corrupt when its end was cut, or a
// renewal of it, or all of it, or when the tail file is damaged: the message says how far it once
// went, and what to do. no_input when the tail file cannot be read.
Result<LogMeta> read_whole_meta(const Database& database, LogEnd& end);

// The same of a log that nobody holds, before it is opened to be written: opening would remove what
// is left of the journals, and a missing one could not be put back any more. Nothing is changed.
// Errors: data_corrupt, data_newer, data_in_use, no_input.
Result<LogEnd> check_closed_log(const std::string& folder);

struct RenewedLog {
  std::string old_epoch;
  std::uint64_t lost = 0;          // events that it once had behind its end
  bool has_sources_ahead = false;  // the places of its sources lie behind events that are lost
  VerifiedLog log;                 // not verified
};

// Accepts that a log's end is lost: it ends behind its last record, under a new epoch. Errors:
// bad_request (it is a backup), data_corrupt (more is wrong than its end), data_newer, data_in_use,
// no_input, write_failed.
Result<RenewedLog> renew_log(const std::string& folder);

}  // namespace courtside
