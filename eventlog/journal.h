// RocksDB's journals (write-ahead logs, the manifest), held against their own format record by
// record. RocksDB reads them too when it opens a database, but a single flipped bit in a record's
// length or type makes it believe that the journal ends there, without a word.
//
//   block of 32 KiB: records, then fewer than 7 zeros
//   record: u32 masked CRC-32C of type and payload, u16 length, u8 type (1 to 4), payload
//
// Threads: any; it blocks on the disk.
#pragma once

#include <string>

#include "base/result.h"

namespace courtside {

// True when it is whole; false when its last write was cut off, as by a crash. data_corrupt when
// anything else is wrong ("at byte 4711: ..."), no_input when it cannot be read.
Result<bool> check_journal(const std::string& path);

}  // namespace courtside
