// Finds out what a data folder holds, before anything in it is changed. A log may be created in an
// empty folder and served from one of ours. Another program's database, a log rewritten by
// RocksDB's repair, and unknown files are refused.
//
// The file `begun` marks the folder of a new log until the log is complete. It distinguishes a
// crash during creation from a log that lost files. Entries of the file system (`lost+found`, names
// that begin with a dot) are ignored.
//
// Threads: any; it reads the disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

enum class LogFolder : std::uint8_t {
  kEmpty,       // also when it does not exist: a new log can be created there
  kUnfinished,  // a new log whose creation was not finished; it never held an event
  kLog,
};

// Changes nothing. Errors: data_corrupt (none of these), data_newer, no_input (it cannot be read).
Result<LogFolder> inspect_log_folder(const std::string& path);

// Creates the folder and marks it as one in which a log is being created. Errors: no_input,
// write_failed.
Result<void> mark_unfinished(const std::string& path);
// Removes the mark: the log is complete. REQUIRES: its database is open for writing. Errors:
// write_failed.
Result<void> finish_log_folder(const std::string& path);

// True when the folder holds only files of a database, or does not exist: then it may be removed.
bool has_only_database_files(const std::string& path);

}  // namespace courtside
