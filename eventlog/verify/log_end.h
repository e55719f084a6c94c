// Checks that a log still has its end. If its newest journal was removed, emptied or cut, RocksDB
// opens it as a shorter log: offsets would be assigned a second time, and a client beyond the end
// would miss events unnoticed. The file `tail` records how far the log went (tail_file.h).
//
// Threads: the caller's; it blocks on the disk.
#pragma once

#include <string>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/verify/log_description.h"

namespace courtside {

struct LogEnd {
  bool has_tail = false;  // false: written by a version without tail files, or removed
  bool is_copy = false;   // a copied folder; the original log may have been written to since
};

// Reads the log's metadata and compares it with its tail file. data_corrupt when the end of the
// log, a renewal or the whole log is lost, or the tail file is damaged; the message says where the
// log once ended and what to do. no_input when the tail file cannot be read.
Result<LogMeta> read_whole_meta(const Database& database, LogEnd& end);

// The same for a closed log, before it is opened for writing: opening removes what is left of the
// journals, and a lost one could then not be put back. Changes nothing. Errors: data_corrupt,
// data_newer, data_in_use, no_input.
Result<LogEnd> check_closed_log(const std::string& folder);

struct RenewedLog {
  std::string old_epoch;
  std::uint64_t lost = 0;          // number of events lost at the end
  bool has_sources_ahead = false;  // source positions are beyond the events that are left
  LogDescription log;              // not verified
};

// Accepts the loss of the log's end: the log then ends after its last record and gets a new epoch.
// Errors: bad_request (it is a backup), data_corrupt (more than the end is lost), data_newer,
// data_in_use, no_input, write_failed.
Result<RenewedLog> renew_log(const std::string& folder);

}  // namespace courtside
