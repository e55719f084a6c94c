// Copies of a whole log at one moment, and logs made from such copies.
//
// A backup is a RocksDB checkpoint: a folder that opens like any log, whose sorted files are links
// to the log's where both lie on one file system, and copies elsewhere; beside it a `backup.json`
// that says of which log it is. A restored log is another log: it gets an epoch of its own, so that
// nobody takes what comes after for what once came after.
//
// Threads: any; each call blocks for as long as the disk takes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "eventlog/event_log.h"
#include "eventlog/verify.h"

namespace courtside {

struct BackupMade {
  std::string target;
  VerifiedLog log;  // what is in it, not verified
};

// Of a log that is open; commits go on meanwhile. All that was committed before the call is in it.
// `version` is the program's. Errors: bad_request (the target is in the way, or in the log's own
// folder), write_failed.
Result<BackupMade> make_backup(const EventLog& log, const std::string& target,
                               std::string_view version);

// Of a folder that nobody holds. Errors: also data_in_use, data_corrupt, data_newer, no_input.
Result<BackupMade> back_up_folder(const std::string& folder, const std::string& target,
                                  std::string_view version);

struct RestoreOptions {
  std::string backup;
  std::string folder;  // must not be there, or be empty
  bool verify = true;
  VerifyProgress progress = {};
};
struct Restored {
  std::string old_epoch;
  VerifiedLog log;
};

// Copies the backup, gives the copy a new epoch, verifies it, and only then gives it its name.
// Errors: no_input (there is no backup), bad_request (the folder is in the way), data_corrupt (or
// it is not what it was when it was made), data_newer, data_in_use, write_failed.
Result<Restored> restore_backup(const RestoreOptions& options);

}  // namespace courtside
