// The contents of a log, as its metadata, a backup or a verification describes them. Threads: a
// value.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "schema/position.h"

namespace courtside {

struct LogDescription {
  std::string epoch;
  OffsetRange held;
  std::vector<std::string> sources;  // names of the sources that were read
  std::vector<std::string> notes;    // for people: unusual but valid findings
};

// Errors: data_corrupt.
Result<LogDescription> describe(const Database& database, const LogMeta& meta);

// The same for a closed log; it reads nothing else. Errors: data_corrupt, data_newer, data_in_use,
// no_input.
Result<LogDescription> describe_log(const std::string& path);

}  // namespace courtside
