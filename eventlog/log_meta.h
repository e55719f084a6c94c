// A log's metadata: its format, its epoch, and the state where the next fold begins.
//
// That state is written with every commit, so it always matches the last record. Threads: the log
// thread's.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/fold.h"

namespace rocksdb {
class WriteBatch;
}

namespace courtside {

// The format of the column families and their bytes; records have a format of their own. A log of a
// later format is refused.
constexpr std::uint64_t kLogFormat = 1;

struct LogMeta {
  std::string epoch;
  FoldPlace place;
  // Earlier epochs, the latest last, separated by spaces. Empty when there were none, or when the
  // current epoch was set by a version that does not record them.
  std::string epochs_before = {};
};

// Reads the metadata; a new log gets it here, synced. Errors: data_newer, data_corrupt (also when
// the records do not end where the metadata says), write_failed.
Result<LogMeta> load_or_create_meta(Database& database);

// Whether the log has a format. Without one it has lost everything, or is no log.
Result<bool> has_format(const Database& database);

// Records this version's format.
void put_format(rocksdb::WriteBatch& writes, const Database& database);

// Flushes the metadata to a sorted file, so that it is not lost with the newest journal. Errors:
// write_failed.
Result<void> flush_meta(Database& database);

// The first offset that the index in the database does not cover.
Result<Offset> low_water(const Database& database);

// LogReader::attributes_from. It is the low-water offset, from which the index is rebuilt, unless
// the notes show that all segments up to there were written with attribute terms. They do not for a
// new log, and after a version without attribute terms has written segments.
Result<Offset> read_attributes_from(const Database& database);

// The same, and records the result. REQUIRES: nothing writes index segments meanwhile.
Result<Offset> settle_attributes_from(Database& database);

// Reads the metadata without checking it against the records. Errors: data_newer, data_corrupt
// (also when there is none).
Result<LogMeta> read_meta(const Database& database);

// Checks that records exist at both ends of the retained range and not beyond it. Metadata and
// records are written together, so a difference is damage (data_corrupt).
Result<void> check_ends(const Database& database, const FoldPlace& place);

// A random epoch.
std::string new_epoch();

// Gives the log a new random epoch, flushed to a sorted file: all earlier positions become those of
// another log. Records the time (kRestoredNote). Returns the new epoch. Errors: write_failed.
Result<std::string> renew_epoch(Database& database);

// Whether the log may have had this epoch before its present one. True also when an earlier
// version, which keeps no list, set the present one.
Result<bool> may_have_had(const Database& database, const LogMeta& meta, std::string_view epoch);

void put_epoch(rocksdb::WriteBatch& writes, const Database& database, const std::string& epoch);
// For a log that had another epoch before; records the time (kRestoredNote). `before` becomes
// LogMeta::epochs_before.
void put_another_epoch(rocksdb::WriteBatch& writes, const Database& database,
                       const std::string& epoch, const std::string& before);
// `before` with `epoch` appended. The oldest are dropped when the list gets too long.
std::string with_epoch(std::string before, const std::string& epoch);
void put_place(rocksdb::WriteBatch& writes, const Database& database, const FoldPlace& place);

}  // namespace courtside
