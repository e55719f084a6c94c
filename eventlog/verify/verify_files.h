// Checks the files of a log against their checksums. Threads: the caller's; it blocks.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/verify/verify_options.h"

namespace courtside {

// Checks the journals, before RocksDB uses them. Adds to `notes` what a crash has left. Errors:
// data_corrupt ("file 000012.log: ..."), no_input.
Result<void> verify_journals(const std::string& path, std::vector<std::string>& notes);

// Checks every block and the footer of every sorted file. Errors: data_corrupt ("file 000123.sst:
// ...").
Result<void> verify_sorted_files(const Database& database, const Progress& progress);

// Names the sorted file because of which RocksDB could not open the database: the first broken one
// in the folder, or the missing one; otherwise returns `error` unchanged.
Error name_broken_file(const std::string& path, const Error& error);

}  // namespace courtside
