// The durable, ordered log on RocksDB: one writer, any number of readers.
//
// Open it, give it to a LocalSequencer, read it from any thread through LogReader. RocksDB stays
// behind this header.
//
//   events   offset (u64 big endian)                    -> record
//   index    term, 0x00, first offset (u64 big endian)  -> ascending offsets, varint deltas
//            and how far the index goes: its low-water offset
//   ids      id_key: (source, id)                       -> offset
//   subjects subject                                    -> version, first and last offset
//   meta     format, epoch, fold place, source cursors, notes
//
// events and meta are written at commit, with one sync. The other three follow from the records, so
// they are not written there (three to eight small random keys an event would cost several times
// the record): the newest events' entries live in memory as an index segment, which is turned into
// sorted files in the background when it is full, and rebuilt from the records above the low-water
// offset at start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventlog/fold.h"
#include "eventlog/log_notes.h"
#include "eventlog/log_reader.h"
#include "eventlog/source_state.h"

namespace courtside {

struct EventLogOptions {
  std::string path;
  // Events in an index segment before it is turned into files; also bounds the rebuild at start.
  std::size_t segment_events_max = 65536;
  // The same in memory, about: events with a thousand channels fill a segment sooner.
  std::size_t segment_bytes_max = 64 << 20;
  std::size_t block_cache_bytes = 64 << 20;
  // Dropped records are taken off the disk when there are this many bytes of them, or after a
  // quarter of an hour.
  std::size_t reclaim_bytes_min = 8 << 20;
};

class EventLog : public LogReader, public FoldState, public SourceState, public LogNotes {
 public:
  // Makes a new log in a folder that is empty or not there. A log that lost its end is refused
  // (log_end.h); one whose folder was copied goes on under a new epoch. Errors: data_in_use,
  // data_corrupt (also a folder of somebody else's), data_newer, no_input (cannot be created or
  // opened), write_failed.
  static Result<std::unique_ptr<EventLog>> open(const EventLogOptions& options);

  // The questions that readers and the fold share.
  Result<SubjectState> subject(std::string_view subject) const override = 0;
  Result<std::string> source_place(std::string_view source) const override = 0;

  // Where the next group commit's fold begins. Log thread only.
  virtual FoldPlace place() const = 0;

  // Looks these ids up together, for half the price of one by one: find() answers from that until
  // the next commit. Nobody needs to call it. Log thread only.
  virtual Result<void> look_up(std::vector<Hash128> keys) = 0;

  // Writes the batch with one sync and makes it readable. After an error (write_failed) nobody
  // knows what is on disk: nothing more may be committed. Log thread only.
  // REQUIRES: batch was folded from place(), and `after` is where that fold ended.
  virtual Result<void> commit(const Batch& batch, const FoldPlace& after) = 0;

  // Frees the space of dropped events: when it is worth it, so call it after each check. Files that
  // hold nothing else go at once, the rest when RocksDB next merges their file, within 30 days.
  // Log thread only.
  virtual Result<void> reclaim() = 0;

  // Writes a copy of the log to a folder that is not there yet, an absolute path: all that was
  // committed before the call, and maybe more. Commits go on meanwhile. Any thread. Errors:
  // write_failed.
  virtual Result<void> checkpoint(const std::string& target) const = 0;
  // Where the log lies.
  virtual const std::string& folder() const = 0;

  // Makes commit fail from now on, as a disk would: for tests of what follows.
  virtual void fail_commits_for_test() = 0;
};

}  // namespace courtside
