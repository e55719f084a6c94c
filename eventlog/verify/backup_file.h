// `backup.json` distinguishes a backup from a log that may be served, and describes its contents
// when it was made. Threads: any; it reads the disk.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/verify/log_description.h"

namespace courtside {

constexpr const char* kBackupFile = "backup.json";

std::string backup_json(const LogDescription& log, Timestamp time, std::string_view version);

bool is_backup(const std::string& folder);

// Checks that a backup still holds what it held when it was made; succeeds for a folder that is not
// a backup. A copy that lost its newest journal is a valid log with fewer events. Errors:
// data_corrupt.
Result<void> check_backup(const std::string& folder, std::string_view epoch, OffsetRange held);

}  // namespace courtside
