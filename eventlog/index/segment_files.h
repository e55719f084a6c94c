// Writes a sealed index segment to sorted files and adds them to the database: its ids, subjects,
// postings, and the notes of the index's new end, all or nothing.
//
// The notes (the low-water offset, and the end of the attribute terms) are in the same ingestion,
// so a crash cannot separate them from the entries. Threads: one at a time. Commits continue
// meanwhile, except for a few milliseconds while RocksDB writes its manifest.
#pragma once

#include <string>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/index/index_segment.h"

namespace courtside {

// REQUIRES: the segment is sealed, not empty, and begins where the index in the database ends.
// Errors: storage_full (nothing was added), write_failed (something may have been).
Result<void> add_to_database(const IndexSegment& segment, Database& database);

// Removes files that an earlier process did not finish.
void remove_unfinished_files(const Database& database);

}  // namespace courtside
