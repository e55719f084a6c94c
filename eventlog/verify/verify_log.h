// Verifies a whole log on disk: every file, record and index entry is read and checked against the
// others. Nothing is changed; a log that a server has open is refused.
//
//   files      every block of every sorted file against its checksum, footers, and the journals
//              (write-ahead log, manifest) record by record
//   meta       format, epoch, fold state, names of sources; of a backup, also backup.json
//   records    structure, offset, running sizes, recorded time, no holes, the end as `meta` has it
//   index, ids agree with the records both ways, from the first retained offset to the low water
//   subjects   versions complete and in order in the records; the table agrees
//
// The cost: the files once, then the records 2 + n times, sequentially, index and ids once, and
// subjects n times, where n is one for each 700,000 subjects of retained events. Memory: 16 MiB, 56
// bytes for each slot of the subject table (a million), 32 bytes for every 4,096 events, and the
// content of the write-ahead log (at most 128 MiB). 8.6 million events of 2.2 million subjects took
// 19 to 28 s and 104 MB, beside two other builds on two cores.
//
// What it cannot detect: bytes that were replaced through RocksDB itself in a field from which
// nothing else is derived (an event's data; for the newest events, beyond the low water, also what
// the index would be built from), until records have hashes of their own. And a write-ahead log cut
// after everything that was acknowledged, as a crash leaves it; a cut within a record is reported
// as a note.
//
// Threads: the caller's; it blocks until it is done.
#pragma once

#include "base/result.h"
#include "eventlog/verify/log_description.h"
#include "eventlog/verify/verify_options.h"

namespace courtside {

// The error's message names the first fault: "offset 1234: ...", "index: channel booking:b_1 lacks
// offset 77", "file 000123.sst: ...". Errors: data_corrupt, data_newer, data_in_use, no_input.
Result<LogDescription> verify_log(const VerifyOptions& options);

}  // namespace courtside
