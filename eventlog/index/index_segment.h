// The index of the newest events in memory: ids, subjects and postings of a contiguous range of
// offsets. It grows until it is sealed and does not change after that. It is freed when its entries
// are in files and its last reader is done.
//
// Threads: add() on the log thread only; the others on any. A reader waits for at most a few dozen
// insertions (20 us), an insertion for at most one reader's copy of kCopyOffsetsMax offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "eventlog/batch.h"
#include "eventlog/index/byte_map.h"
#include "eventlog/log_reader.h"
#include "schema/position.h"

namespace courtside {

// The offsets of one term in a segment. Most terms have one or two.
class PostingList {
 public:
  // REQUIRES: `offset`, relative to the segment's begin, is not below the last one. Adding the last
  // one again changes nothing.
  void add(std::uint32_t offset);
  std::size_t size() const { return empty_ ? 0 : 1 + rest_.size(); }
  // REQUIRES: index < size().
  std::uint32_t at(std::size_t index) const { return index == 0 ? first_ : rest_[index - 1]; }
  // The number of offsets below `offset`.
  std::size_t count_below(std::uint64_t offset) const;

 private:
  std::uint32_t first_ = 0;
  bool empty_ = true;
  std::vector<std::uint32_t> rest_;
};

class IndexSegment {
 public:
  static constexpr std::size_t kCopyOffsetsMax = 4096;

  // `before` is the previous full segment, whose size is used as an estimate; may be null.
  IndexSegment(Offset begin, const IndexSegment* before);

  // REQUIRES: batch.range.begin is range().end.
  void add(const Batch& batch);
  // REQUIRES: record.offset() is range().end.
  void add(RecordView record, const IndexEntry& entry);

  OffsetRange range() const;
  // Approximate size in memory.
  std::size_t size_bytes() const;

  std::optional<Offset> find(const Hash128& key) const;
  // The subject's state after this segment; empty when no event in the segment is about it.
  std::optional<SubjectState> subject(std::string_view subject) const;

  // Appends the first offsets of `term` within `wanted`, in the given direction, to `out`: at most
  // kCopyOffsetsMax. Fewer means that there are no more.
  void copy_postings(std::string_view term, OffsetRange wanted, Direction direction,
                     std::vector<Offset>& out) const;

  // The whole tables. REQUIRES: the segment is sealed: nothing is added any more.
  const ByteMap<std::uint32_t>& ids() const { return ids_; }
  const ByteMap<SubjectState>& subjects() const { return subjects_; }
  const ByteMap<PostingList>& terms() const { return terms_; }
  Offset offset_at(std::uint32_t from_begin) const { return Offset(begin_.value() + from_begin); }

 private:
  void add_locked(RecordView record, const IndexEntry& entry);

  const Offset begin_;
  mutable std::mutex mutex_;
  std::uint32_t count_ = 0;
  std::size_t postings_ = 0;
  ByteMap<std::uint32_t> ids_;  // digest, as in the ids family -> offset relative to begin_
  ByteMap<SubjectState> subjects_;
  ByteMap<PostingList> terms_;

  // The terms of one event, one after the other; kept to save allocations.
  struct PreparedTerm {
    std::size_t begin;
    std::size_t size_bytes;
    std::uint32_t hash;
  };
  std::string term_bytes_;
  std::vector<PreparedTerm> prepared_;
};

}  // namespace courtside
