// Reads records from the events family: a scan in one direction, and reads of single records.
//
// Records share the block they were read in, so a record costs no allocation of its own; keeping a
// record keeps its block (about kBlockBytes, or one record if that is larger). Threads: the
// caller's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "eventlog/batch.h"
#include "eventlog/database.h"
#include "eventlog/log_reader.h"

namespace courtside {

// The read-ahead of a scan. The rest of a page's last block is read in vain, so a block is small
// compared with a page: blocks that doubled up to 256 KiB read 240 KiB for a page of 128 KiB.
constexpr std::size_t kBlockBytes = 16 * 1024;

// Scans `range`. `log` tells what retention dropped meanwhile; null when nothing can be dropped.
// REQUIRES: both outlive the scan.
std::unique_ptr<RecordScan> scan_records(const Database& database, const LogReader* log,
                                         OffsetRange range, Direction direction);

// The records at these offsets, in their order; those that `log` does not retain are left out.
Result<std::vector<Record>> read_records(const Database& database, const LogReader& log,
                                         const std::vector<Offset>& offsets);

// The record at `offset`; empty when there is none.
Result<std::optional<Record>> read_record(const Database& database, Offset offset);

}  // namespace courtside
