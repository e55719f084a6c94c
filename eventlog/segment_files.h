// Turns a sealed index segment into sorted files and adds them to the database: all of its ids,
// subjects and postings, and the notes of how far the index goes now, or nothing of it.
//
// The notes (the low-water offset, and that attribute terms go as far) travel in the same
// ingestion, so no crash can leave entries without it or the other way round. Threads: one at a
// time; the commits go on meanwhile, but for a few milliseconds while RocksDB writes its manifest.
#pragma once

#include <string>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/index_segment.h"

namespace courtside {

// REQUIRES: the segment is sealed and not empty, and begins where the index in the database ends.
// Errors: write_failed.
Result<void> add_to_database(const IndexSegment& segment, Database& database);

// The first offset that the index in the database does not cover.
Result<Offset> low_water(const Database& database);

// Removes files that were being made when the process ended.
void remove_unfinished_files(const Database& database);

}  // namespace courtside
