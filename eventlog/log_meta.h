// What a log says of itself: its format, its epoch, and where the next fold begins.
//
// The place is written with every commit, so it is always that of the last record. Threads: the log
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

// Of the column families and their bytes; records carry one of their own. A log of a later format
// is refused.
constexpr std::uint64_t kLogFormat = 1;

struct LogMeta {
  std::string epoch;
  FoldPlace place;
  // Epochs that the log had before, the latest last, separated by spaces. Empty when it had none,
  // or was given its epoch by a version that does not keep them.
  std::string epochs_before = {};
};

// Reads it; makes a new log's, synced, where there is none. Errors: data_newer, data_corrupt (also
// when the records do not end where the place says), write_failed.
Result<LogMeta> load_or_create_meta(Database& database);

// Whether the log has a format. One without has lost all that it ever had, or is no log.
Result<bool> has_format(const Database& database);

// Says that the log has this version's format.
void put_format(rocksdb::WriteBatch& writes, const Database& database);

// Puts what was written of it into a sorted file, so that it is not lost with the newest journal.
// Errors: write_failed.
Result<void> flush_meta(Database& database);

// LogReader::attributes_from. A log whose notes do not say that attribute terms go as far as its
// index does is new, or a version without those terms added to it, perhaps between two that have
// them: then it is the low-water offset, from where the index is rebuilt.
Result<Offset> read_attributes_from(const Database& database);

// The same, and the log says so from now on. REQUIRES: nothing adds to the index meanwhile.
Result<Offset> settle_attributes_from(Database& database);

// Reads it, and holds it against nothing. Errors: data_newer, data_corrupt, also where there is
// none.
Result<LogMeta> read_meta(const Database& database);

// The place and the records are written together: if they differ at either end, one of them is
// damaged (data_corrupt).
Result<void> check_ends(const Database& database, const FoldPlace& place);

// A random identity for a log.
std::string new_epoch();

// Gives the log another, random identity, in a sorted file: every position of before is one of
// another log. Answers the new one. Says when that was (kRestoredNote). Errors: write_failed.
Result<std::string> renew_epoch(Database& database);

// Whether the log had this epoch before its present one, as far as it knows. True also where it was
// given its epoch by a version that keeps no list.
Result<bool> may_have_had(const Database& database, const LogMeta& meta, std::string_view epoch);

void put_epoch(rocksdb::WriteBatch& writes, const Database& database, const std::string& epoch);
// Of a log that had one before: it says when that was, too (kRestoredNote). `before` is
// LogMeta::epochs_before of the log from now on.
void put_another_epoch(rocksdb::WriteBatch& writes, const Database& database,
                       const std::string& epoch, const std::string& before);
// `before`, and `epoch` behind it. The oldest are left out where there are many.
std::string with_epoch(std::string before, const std::string& epoch);
void put_place(rocksdb::WriteBatch& writes, const Database& database, const FoldPlace& place);

}  // namespace courtside
