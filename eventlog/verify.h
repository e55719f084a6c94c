// Whether a log on disk is whole: every file, record and index entry is read and held against the
// others. Nothing is changed; a log that a server holds is refused.
//
//   files      every block of every sorted file against its checksum, footers, and the journals
//              (write-ahead log, manifest) record by record
//   meta       format, epoch, place, names of sources; of a backup, what it said when it was made
//   records    structure, offset, sizes added up, recorded time, no hole, the end as `meta` says
//   index, ids agree with the records both ways, from the first offset held to the low water
//   subjects   versions complete and in order in the records; the table says the same
//
// What it costs: the files once, then the records 2 + n times, one after the other, index and ids
// once, subjects n times, where n is one for each 700,000 subjects that the log holds events of.
// Memory: 16 MiB, 56 bytes for each slot of the table of subjects (a million), 32 bytes for every
// 4,096 events, and what the write-ahead log holds (at most 128 MiB). 8.6 million events of 2.2
// million subjects: 19 to 28 s and 104 MB, with two other builds on two cores.
//
// What it cannot see: bytes that were replaced through RocksDB itself, in a field that nothing else
// follows from (an event's data; of the newest events, behind the low water, also what the index
// would be made from), until records have hashes of their own; and a write-ahead log that was cut
// behind all that was acknowledged, which is what a crash leaves: within a record it says so in a
// note.
//
// Threads: the caller's; it blocks for as long as it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/position.h"

namespace courtside {

// Says how far it is: of "records", a part of 0 to 1.
using VerifyProgress = std::function<void(std::string_view doing, double part)>;

struct VerifyOptions {
  std::string path;
  VerifyProgress progress = {};  // may be empty
  // Slots of the table of subjects, a power of two; and offsets that are looked at together once
  // something is known to be wrong among them. Tests make them small.
  std::size_t subject_slots = std::size_t{1} << 20;
  std::uint64_t stretch_offsets = 4096;
};

struct VerifiedLog {
  std::string epoch;
  OffsetRange held;
  std::vector<std::string> sources;  // names of those that were read from
  std::vector<std::string> notes;    // for a person: what is odd and yet sound
};

// The first place that is wrong is the error's message: "offset 1234: ...", "index: channel
// booking:b_1 lacks offset 77", "file 000123.sst: ...". Errors: data_corrupt, data_newer,
// data_in_use, no_input.
Result<VerifiedLog> verify_log(const VerifyOptions& options);

// What a log says of itself, without looking further. Sources: those that were read from. Errors:
// as above.
Result<VerifiedLog> describe_log(const std::string& path);

}  // namespace courtside
