// What lies in a data folder, found out before anything in it is touched. A log is made in an empty
// folder and served from a folder of our own; another program's database, a log that RocksDB's
// repair has made anew, and other people's files are refused.
//
// A new log's folder carries the file `begun` until the log is whole, so that a crash in between is
// known from a log that has lost its parts. File systems' own furniture (`lost+found`, names that
// begin with a dot) does not count.
//
// Threads: any; it reads the disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

enum class LogFolder : std::uint8_t {
  kEmpty,  // or not there: a place for a new log
  kBegun,  // a new log that was never finished; nothing was ever in it
  kLog,
};

// Changes nothing. Errors: data_corrupt (it is neither), data_newer, no_input (it cannot be read).
Result<LogFolder> inspect_log_folder(const std::string& path);

// Makes the folder, and says that a log is being made in it. Errors: no_input, write_failed.
Result<void> begin_log_folder(const std::string& path);
// It is whole now: a mark in it goes. REQUIRES: its database is open to be written. Errors:
// write_failed.
Result<void> finish_log_folder(const std::string& path);

// Whether nothing lies in the folder, if it is there, but what RocksDB makes: then it may be
// removed with the database.
bool has_only_database_files(const std::string& path);

}  // namespace courtside
