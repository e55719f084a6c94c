// Records from the events family: a walk in one direction, and reads of single ones.
//
// Records come in blocks that they share, so a record costs no allocation of its own; whoever keeps
// one keeps its block (about kBlockBytes, or one record if that is larger). Threads: the caller's.
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

// What a walk reads ahead at a time. The rest of a page's last block is read for nothing, so a
// block is small beside a page: with blocks that doubled up to 256 KiB a page of 128 KiB read 240.
constexpr std::size_t kBlockBytes = 16 * 1024;

// Walks `range`. `log` tells what retention took meanwhile; null when nothing can have been taken.
// REQUIRES: both outlive the scan.
std::unique_ptr<RecordScan> scan_records(const Database& database, const LogReader* log,
                                         OffsetRange range, Direction direction);

// The records at these offsets, in their order; what `log` does not hold is left out.
Result<std::vector<Record>> read_records(const Database& database, const LogReader& log,
                                         const std::vector<Offset>& offsets);

// The record at `offset`; empty when there is none.
Result<std::optional<Record>> read_record(const Database& database, Offset offset);

}  // namespace courtside
