// `backup.json`, which tells a backup from a log that may be served, and says what was in it when
// it was made. Threads: any; it reads the disk.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/verify.h"

namespace courtside {

constexpr const char* kBackupFile = "backup.json";

std::string backup_json(const VerifiedLog& log, Timestamp time, std::string_view version);

bool is_backup(const std::string& folder);

// Whether a backup still holds what it held when it was made; yes where the folder is none. A copy
// that lost the newest journal is a sound log, of fewer events. Errors: data_corrupt.
Result<void> check_backup(const std::string& folder, std::string_view epoch, OffsetRange held);

}  // namespace courtside
