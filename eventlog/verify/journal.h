// Checks RocksDB's journals (write-ahead logs, the manifest) against their format, record by
// record. RocksDB reads them when it opens a database, but a flipped bit in a record's length or
// type makes it take that place for the journal's end, without an error.
//
//   block of 32 KiB: records, then fewer than 7 zeros
//   record: u32 masked CRC-32C of type and payload, u16 length, u8 type (1 to 4), payload
//
// Threads: any; it blocks on the disk.
#pragma once

#include <string>

#include "base/result.h"

namespace courtside {

// True when the journal is whole; false when its last write was cut off, as by a crash.
// data_corrupt for any other fault ("at byte 4711: ..."), no_input when it cannot be read.
Result<bool> check_journal(const std::string& path);

}  // namespace courtside
