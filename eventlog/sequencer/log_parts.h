// What a log is read from and written to: its database and its index, opened together.
//
// Threads: the caller's.
#pragma once

#include <memory>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/index/index.h"
#include "eventlog/log_meta.h"
#include "eventlog/sequencer/event_log.h"
#include "eventlog/storage/storage_guard.h"

namespace courtside {

struct LogParts {
  std::unique_ptr<Database> database;
  std::unique_ptr<Index> index = {};  // uses the database
  LogMeta meta = {};
  Offset attributes_from = {};
};

// Opens the log for writing, and creates it where EventLog::open may. `is_copy`: it continues under
// a new epoch. Errors: those of EventLog::open; storage_full and storage_read_only when the disk
// does not take what opening writes.
Result<std::unique_ptr<LogParts>> open_parts(const EventLogOptions& options, StorageGuard& guard,
                                             bool is_copy);

// Opens the log without writing anything. It ends where its tail file says that it was synced:
// after a failed sync the journal may show more than is on the disk.
Result<std::unique_ptr<LogParts>> open_parts_to_read(const EventLogOptions& options,
                                                     const StorageGuard& guard);

// What opening the log for writing takes on the disk, at most: its journals become files.
std::uint64_t bytes_to_open(const std::string& folder);

}  // namespace courtside
