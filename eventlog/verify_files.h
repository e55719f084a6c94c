// The files of a log, each against its own checksums. Threads: the caller's; it blocks.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/verify.h"

namespace courtside {

// The journals, before RocksDB reads them. Adds to `notes` what a crash has left.
// Errors: data_corrupt ("file 000012.log: ..."), no_input.
Result<void> verify_journals(const std::string& path, std::vector<std::string>& notes);

// Every block of every sorted file, and its footer. Errors: data_corrupt ("file 000123.sst: ...").
Result<void> verify_sorted_files(const Database& database, const VerifyProgress& progress);

// Which sorted file it was, where RocksDB could not open the database and does not say: the first
// in the folder that is broken, or the one that is missing; otherwise `error` as it is.
Error name_broken_file(const std::string& path, const Error& error);

}  // namespace courtside
