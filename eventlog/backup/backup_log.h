// Backups of a whole log at one moment, and logs restored from them.
//
// A backup is a RocksDB checkpoint: a folder that opens like any log, with a `backup.json` that
// identifies the log. Its sorted files are links to the log's if both are on one file system,
// otherwise copies. A restored log gets a new epoch, so that no client confuses its new events with
// those that the old log had at the same offsets.
//
// Threads: any; each call blocks on the disk.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "eventlog/progress.h"
#include "eventlog/sequencer/event_log.h"
#include "eventlog/verify/log_description.h"

namespace courtside {

struct BackupMade {
  std::string target;
  LogDescription log;  // the contents, not verified
};

// Backs up an open log while commits continue. Everything committed before the call is in the
// backup. `version` is the program's version. Errors: bad_request (the target exists or is inside
// the log's own folder), write_failed.
Result<BackupMade> make_backup(const EventLog& log, const std::string& target,
                               std::string_view version);

// Backs up a folder that no process has open. Errors: also data_in_use, data_corrupt, data_newer,
// no_input.
Result<BackupMade> back_up_folder(const std::string& folder, const std::string& target,
                                  std::string_view version);

struct RestoreOptions {
  std::string backup;
  std::string folder;  // must not exist, or must be empty
  bool verify = true;
  Progress progress = {};
};
struct Restored {
  std::string old_epoch;
  LogDescription log;
};

// Copies the backup, gives the copy a new epoch, verifies it, and renames it to `folder` last.
// Errors: no_input (there is no backup), bad_request (the folder is not empty), data_corrupt (also
// when the backup differs from its backup.json), data_newer, data_in_use, write_failed.
Result<Restored> restore_backup(const RestoreOptions& options);

}  // namespace courtside
