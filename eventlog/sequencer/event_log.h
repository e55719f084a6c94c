// The durable, ordered log on RocksDB: one writer, any number of readers.
//
// Open it, pass it to a LocalSequencer, and read it from any thread through LogReader. This header
// does not expose RocksDB.
//
//   events   offset (u64 big endian)                    -> record
//   index    term, 0x00, first offset (u64 big endian)  -> ascending offsets, varint deltas
//            and the low-water offset: where the index ends
//   ids      id_key: (source, id)                       -> offset
//   subjects subject                                    -> version, first and last offset
//   meta     format, epoch, fold state, source positions and notes, log notes
//
// A commit writes events and meta with one sync. The other three are derived from the records and
// are not written then: three to eight small random keys per event would cost several times as much
// as the record. The newest events' entries are in memory as an index segment, which is written to
// sorted files in the background when it is full, and rebuilt at start from the records above the
// low-water offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventlog/fold.h"
#include "eventlog/log_notes.h"
#include "eventlog/log_reader.h"
#include "eventlog/source_state.h"
#include "eventlog/storage/log_condition.h"

namespace rocksdb {
class Env;
}

namespace courtside {

struct EventLogOptions {
  std::string path;
  // The largest number of events in an index segment; it also bounds the rebuild at start.
  std::size_t segment_events_max = 65536;
  // The same limit in memory, approximately: events with a thousand channels fill a segment sooner.
  std::size_t segment_bytes_max = 64 << 20;
  std::size_t block_cache_bytes = 64 << 20;
  int open_files_max = -1;  // sorted files that are open at a time, 20 or more; -1: all
  // Dropped records are removed from the disk when they reach this size, or after 15 minutes.
  std::size_t reclaim_bytes_min = 8 << 20;
  // Reads and writes RocksDB's files; null: the machine's own. A test's can fail.
  rocksdb::Env* env = nullptr;
  DiskProbe disk = {};
};

class EventLog : public LogReader, public FoldState, public SourceState, public LogNotes {
 public:
  // Opens the log, or creates one in an empty or missing folder. A log that lost its end is refused
  // (log_end.h); a copied folder continues under a new epoch. A log on a full or read-only disk is
  // opened to read only; look() opens it for writing when the disk allows it. Errors: data_in_use,
  // data_corrupt (also for a folder that is not ours), data_newer, no_input (cannot be created or
  // opened), storage_full and storage_read_only (for a copy), write_failed.
  static Result<std::unique_ptr<EventLog>> open(const EventLogOptions& options);

  // Reads that LogReader and FoldState share.
  Result<SubjectState> subject(std::string_view subject) const override = 0;
  Result<std::string> source_place(std::string_view source) const override = 0;

  // The state where the next group commit's fold begins. Log thread only.
  virtual FoldPlace place() const = 0;

  // Looks these ids up together, at half the cost of single look-ups; find() then uses the result
  // until the next commit. Optional. Log thread only.
  virtual Result<void> look_up(std::vector<Hash128> keys) = 0;

  // Looks after the disk, at most every 100 ms: measures it, keeps the reserve file, and opens a
  // log for writing that was opened to read only. Call it before each group commit and a few times
  // a second. An error (write_failed, or that of opening) ends the log. Log thread only.
  virtual Result<void> look() = 0;
  // Why an append of so many bytes may not be committed now: storage_full, storage_read_only.
  // Empty: it may be. Log thread only.
  virtual std::optional<Error> refusal(std::size_t bytes) = 0;
  // Whether a drop may be committed now, and space reclaimed. Log thread only.
  virtual bool may_drop() = 0;
  // Whether so much may be written beside the log. Any thread.
  virtual bool has_room(std::uint64_t bytes) = 0;
  // Any thread.
  virtual LogCondition condition() const = 0;

  // Writes the batch with one sync and makes it readable. After an error (write_failed) the state
  // on disk is unknown: nothing more may be committed. Log thread only. REQUIRES: batch was folded
  // from place(), and `after` is where that fold ended.
  virtual Result<void> commit(const Batch& batch, const FoldPlace& after) = 0;

  // Frees the space of dropped events when it is worth it; call it after each retention check.
  // Files that hold only dropped events are removed at once, the rest when RocksDB next compacts
  // them, within 30 days. Log thread only.
  virtual Result<void> reclaim() = 0;

  // Copies the log to a folder that does not exist yet, an absolute path: everything committed
  // before the call, and maybe more. Commits continue meanwhile. Any thread. Errors: storage_full,
  // storage_read_only, write_failed.
  virtual Result<void> checkpoint(const std::string& target) const = 0;
  // The log's folder.
  virtual const std::string& folder() const = 0;
};

}  // namespace courtside
