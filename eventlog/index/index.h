// Derived from the records: known ids, subjects' states, and the offsets of each term. The part for
// the newest events is in memory, the rest in the database.
//
//     database            sealed segment        open segment
//   [1, low water) | [low water, open.begin) | [open.begin, next)
//                  <---- written to files by a thread of its own
//
// A full open segment is sealed and a new one opened. At most one sealed segment waits to be
// written. If the open one fills up before that, it grows up to kOpenSizesMax times its size; then
// make_room() waits. While the disk has no room for the files, the sealed segment waits, and
// make_room() does not: the log refuses appends then. At start the open segment is rebuilt from the
// records.
//
// Threads: make_room, add, seal and find_all on the log thread; find, subject and postings on any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/index/index_segment.h"
#include "eventlog/index/segment_files.h"
#include "eventlog/log_reader.h"

namespace courtside {

struct IndexOptions {
  std::size_t segment_events_max = 0;
  std::size_t segment_bytes_max = 0;  // of memory, approximately
  // Writes a sealed segment to files; tests replace it with a slow or failing function.
  Result<void> (*add_files)(const IndexSegment&, Database&) = &add_to_database;
  // Whether so many bytes may be written now; empty: always.
  std::function<bool(std::uint64_t bytes)> has_room = {};
};

class Index {
 public:
  static constexpr std::size_t kOpenSizesMax = 4;

  // Rebuilds the open segment from the records in [low water, next). REQUIRES: `database` outlives
  // the index. Errors: data_corrupt.
  static Result<std::unique_ptr<Index>> open(Database& database, Offset next,
                                             const IndexOptions& options);
  // Segments that are not yet files will be rebuilt from the records.
  ~Index();

  // Seals a full segment. write_failed when an earlier one could not be written: memory must not
  // grow without bound, and the same disk holds the log.
  Result<void> make_room();

  // REQUIRES: the batch is durable and directly follows the last one added.
  void add(const Batch& batch);

  // Starts writing the open segment to files, however small it is. Does nothing when a sealed
  // segment already waits or there is nothing to write.
  void seal();

  // The offset of an id; it may be dropped.
  Result<std::optional<Offset>> find(const Hash128& key) const;
  // The same for many ids, in their order. REQUIRES: `keys` ascend.
  Result<std::vector<std::optional<Offset>>> find_all(const std::vector<Hash128>& keys) const;
  Result<SubjectState> subject(std::string_view subject) const;
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const;

  // Records from this offset on are needed for the rebuild at start, even dropped ones: subjects
  // outlive their events.
  Offset low_water() const;

  // What the segments in memory will take on the disk, at most.
  std::uint64_t unwritten_bytes() const;

 private:
  using Segment = std::shared_ptr<const IndexSegment>;

  Index(Database& database, const IndexOptions& options, Offset low_water);

  Result<void> rebuild(Offset next);
  Result<Offset> first_of(RecordView record) const;
  void wait_for_files(std::unique_lock<std::mutex>& lock);
  bool full(const IndexSegment& segment, std::size_t sizes) const;
  void seal_locked();
  std::pair<Segment, Segment> segments() const;  // sealed (may be null), open
  // Looks an id up in the segments, the newest first. `sealed` may be null.
  static std::optional<Offset> find_in_memory(const IndexSegment& open, const IndexSegment* sealed,
                                              const Hash128& key);
  void make_files();
  Result<void> try_to_add(const IndexSegment& segment) const;

  Database& database_;
  const IndexOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<IndexSegment> open_;
  Segment sealed_;
  Offset low_water_;
  std::optional<Error> failure_;
  bool waits_for_room_ = false;
  bool stopping_ = false;

  std::thread files_thread_;  // last: it uses all members above
};

}  // namespace courtside
