// What follows from the records: which ids are known, where subjects stand, which offsets carry a
// term. The newest events' part is in memory, the rest in the database.
//
//     database            sealed segment        open segment
//   [1, low water) | [low water, open.begin) | [open.begin, next)
//                  <---- a thread of its own turns it into files
//
// When the open segment is full it is sealed and a new one opened. One sealed segment waits at
// most: if the open one is full again before the files are done, it grows, up to kOpenSizesMax
// times its size; then make_room() waits. At start the open segment is rebuilt from the records.
//
// Threads: make_room, add, seal and find_all on the log thread; find, subject and postings on any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/index_segment.h"
#include "eventlog/log_reader.h"
#include "eventlog/segment_files.h"

namespace courtside {

struct IndexOptions {
  std::size_t segment_events_max = 0;
  std::size_t segment_bytes_max = 0;  // of memory, about
  // What turns a sealed segment into files: tests put something slow or broken here.
  Result<void> (*add_files)(const IndexSegment&, Database&) = &add_to_database;
};

class Index {
 public:
  static constexpr std::size_t kOpenSizesMax = 4;

  // Rebuilds the open segment from the records in [low water, next). `database` outlives the index.
  // Errors: data_corrupt.
  static Result<std::unique_ptr<Index>> open(Database& database, Offset next,
                                             const IndexOptions& options);
  // What has not become files yet will be rebuilt from the records.
  ~Index();

  // Seals a full segment. write_failed when an earlier one could not be turned into files: what is
  // wrong with the disk will not spare the log for long, and memory must not grow meanwhile.
  Result<void> make_room();

  // REQUIRES: the batch is durable, and follows what was added before.
  void add(const Batch& batch);

  // Turns what is in memory into files soon, however little it is. Nothing when a sealed segment
  // waits already, or there is nothing.
  void seal();

  // Where an id stands; the offset may be dropped.
  Result<std::optional<Offset>> find(const Hash128& key) const;
  // The same for many at once, in their order. REQUIRES: `keys` ascend.
  Result<std::vector<std::optional<Offset>>> find_all(const std::vector<Hash128>& keys) const;
  Result<SubjectState> subject(std::string_view subject) const;
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const;

  // Records from here on are needed for the rebuild at start, dropped or not: subjects outlive
  // their events.
  Offset low_water() const;

 private:
  using Segment = std::shared_ptr<const IndexSegment>;

  Index(Database& database, const IndexOptions& options, Offset low_water);

  Result<void> rebuild(Offset next);
  Result<Offset> first_of(RecordView record) const;
  void wait_for_files(std::unique_lock<std::mutex>& lock);
  bool full(const IndexSegment& segment, std::size_t sizes) const;
  void seal_locked();
  std::pair<Segment, Segment> segments() const;  // sealed (may be null), open
  // What the segments know of an id, the newest first. `sealed` may be null.
  static std::optional<Offset> find_in_memory(const IndexSegment& open, const IndexSegment* sealed,
                                              const Hash128& key);
  void make_files();

  Database& database_;
  const IndexOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<IndexSegment> open_;
  Segment sealed_;
  Offset low_water_;
  std::optional<Error> failure_;
  bool stopping_ = false;

  std::thread files_thread_;  // last: it uses all of the above
};

}  // namespace courtside
